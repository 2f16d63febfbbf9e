"""The network of chapters 02 to 06, with weights that can be followed by hand; fixed here and nowhere else.

It is 2-3-2: two outputs, so that a sum over paths is seen; no square matrix, so that a missing transpose shows.
On the first sample the third hidden unit is off.
"""

import numpy as np

from backprop_lib.network import Network

__all__ = ["running_example"]


def running_example():
    """Return the running example of the course.

    Returns
    -------
    network : Network
        2-3-2, ReLU in the hidden layer, identity at the output, `half_mse`.
    X : ndarray of shape (4, 2)
        Four samples; chapters 02 to 04 follow the first, ``X[:1]``.
    y : ndarray of shape (4, 2)
        Their targets.
    """
    network = Network((2, 3, 2), rng=np.random.default_rng(0))
    network.weights[0][...] = [[1.0, -0.5, 0.5], [0.5, 1.0, -1.0]]
    network.biases[0][...] = [0.5, -0.5, 0.25]
    network.weights[1][...] = [[0.5, -1.0], [1.0, 0.75], [-1.5, 2.0]]
    network.biases[1][...] = [0.25, 0.5]
    X = np.array([[1.0, 2.0], [2.0, -1.0], [-2.0, 1.0], [-1.0, -2.0]])
    y = np.array([[2.0, -0.25], [-2.0, 2.0], [1.0, 1.5], [-2.0, 3.5]])
    return network, X, y
