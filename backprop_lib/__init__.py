"""A small neural network library for learning backpropagation, in NumPy alone.

Importing it loads NumPy and the standard library, nothing else; `backprop_lib.plots` brings Matplotlib and
`backprop_lib.widgets` ipywidgets.
"""

from backprop_lib.gradcheck import gradient_check, numerical_gradient
from backprop_lib.network import ForwardPass, Gradients, Network
from backprop_lib.training import History, train

__all__ = [
    "ForwardPass",
    "Gradients",
    "History",
    "Network",
    "gradient_check",
    "numerical_gradient",
    "train",
]
__version__ = "0.1.0"
