"""Curves: a function with its tangent, an activation with its slope, and what a training run recorded."""

import numpy as np

from backprop_lib.plots.palette import (
    BLACK,
    BLUE,
    COLORS,
    DASHES,
    GRAY,
    MARKERS,
    ORANGE,
    axes,
    check_number_of_curves,
    on_log_axis,
)

__all__ = ["activation_and_slope", "gradient_norms", "loss_curve", "tangent"]


def tangent(f, x, slope, *, span=1.0, nudge=None, xlabel="x", ylabel="f(x)", ax=None):
    """Draw a function of one number around a point, with the line of the given slope through that point.

    Parameters
    ----------
    f : callable
        Takes and returns a float.
    x, slope : float
        The point, and the slope of the line to draw through it.
    span : float, optional
        How far to draw to each side.
    nudge : float, optional
        If given, the two points x - nudge and x + nudge are marked and joined: the central difference.
    xlabel, ylabel : str, optional
        What the axes show.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    grid = np.linspace(x - span, x + span, 201)
    ax.plot(grid, [f(value) for value in grid], color=BLUE, linewidth=2.5, label=ylabel)
    near = np.array([x - 0.6 * span, x + 0.6 * span])
    ax.plot(near, f(x) + slope * (near - x), color=ORANGE, linestyle="--", linewidth=2, label=f"slope {slope:.4g}")
    if nudge is not None:
        ends = np.array([x - nudge, x + nudge])
        ax.plot(ends, [f(value) for value in ends], color=BLACK, marker="s", linestyle=":", label="nudged both ways")
    ax.plot([x], [f(x)], color=BLACK, marker="o", markersize=8, linestyle="none")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(frameon=False)
    return ax


def activation_and_slope(activation, *, span=4.0, ax=None):
    """Draw an activation f(z) and its derivative f'(z) on the same axes.

    Parameters
    ----------
    activation : Activation
        From `backprop_lib.activations`.
    span : float, optional
        z runs from -span to span.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    z = np.linspace(-span, span, 401)
    ax.axhline(0, color=GRAY, linewidth=0.8)
    ax.plot(z, activation(z), color=BLUE, linewidth=2.5, label=f"{activation.name}(z)")
    slope = activation.derivative(z)
    for kink in activation.kinks:
        slope[np.abs(z - kink) < span / 400] = np.nan  # a jump is not a line
    ax.plot(z, slope, color=ORANGE, linestyle="--", linewidth=2.5, label="its slope")
    ax.set(xlabel="z", title=f"{activation.name} and its slope")
    ax.legend(frameon=False)
    return ax


def loss_curve(history, *, log=False, ax=None):
    """Draw the training loss of a run over the epochs, and the held-out loss where there is one; or several runs.

    Parameters
    ----------
    history : History or dict of str to History or array_like
        What `train` returned. For several runs a dict with the name of each; its values may be bare losses as well,
        entry e after epoch e. Of several runs only the training loss is drawn.
    log : bool, optional
        Whether the loss stands on a logarithmic axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no run, or more than can be told apart.
    """
    several = isinstance(history, dict)
    if several:
        check_number_of_curves("history", history, "runs")
    ax = axes(ax)
    if several:
        _runs(history, ax)
    else:
        epochs = np.arange(len(history.loss))
        ax.plot(epochs, history.loss, color=BLUE, linewidth=2.5, label="training")
        if history.held_out_loss is not None:
            ax.plot(epochs, history.held_out_loss, color=ORANGE, linestyle="--", linewidth=2.5, label="held out")
    ax.set(xlabel="epoch", ylabel="loss")
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
    ax.legend(frameon=False)
    return ax


def _runs(runs, ax):
    for index, (name, run) in enumerate(runs.items()):
        loss = np.asarray(getattr(run, "loss", run), dtype=float)
        ax.plot(
            np.arange(len(loss)),
            np.where(np.isfinite(loss), loss, np.nan),
            color=COLORS[index],
            linestyle=DASHES[index],
            marker=MARKERS[index],
            markevery=max(1, len(loss) // 8),
            linewidth=2.2,
            label=name,
        )


def gradient_norms(history, *, epochs=None, ax=None):
    """Draw the norm of each layer's dW over the epochs of a run, on a logarithmic axis.

    Parameters
    ----------
    history : History
        What `train` returned.
    epochs : array_like, optional
        The epoch of each row of `history.gradient_norms`; 1, 2, ... unless given.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    epochs = np.arange(1, len(history.gradient_norms) + 1) if epochs is None else np.asarray(epochs)
    for layer, norms in enumerate(history.gradient_norms.T):
        ax.semilogy(
            epochs,
            on_log_axis(norms),
            color=COLORS[layer % len(COLORS)],
            linestyle=DASHES[layer % len(DASHES)],
            marker=MARKERS[layer % len(MARKERS)],
            markevery=max(1, len(epochs) // 8),
            linewidth=2,
            label=f"layer {layer + 1}",
        )
    ax.set(xlabel="epoch", ylabel="norm of dW")
    ax.legend(frameon=False)
    return ax
