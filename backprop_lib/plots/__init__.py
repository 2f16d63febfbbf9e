"""Figures of the course: data in, an optional Axes, the Axes out. Matplotlib starts here.

Wrap the result in `picture` to show it with a text alternative.
"""

from backprop_lib.plots.boundary import decision_boundary, fitted_curve, prediction
from backprop_lib.plots.curves import activation_and_slope, gradient_norms, loss_curve, tangent
from backprop_lib.plots.network_diagram import network_diagram
from backprop_lib.plots.picture import Picture, picture

__all__ = [
    "Picture",
    "activation_and_slope",
    "decision_boundary",
    "fitted_curve",
    "gradient_norms",
    "loss_curve",
    "network_diagram",
    "picture",
    "prediction",
    "tangent",
]
