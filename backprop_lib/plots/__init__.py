"""Figures of the course: data in, an optional Axes, the Axes out. Matplotlib starts here.

Wrap the result in `picture` to show it with a text alternative.
"""

from backprop_lib.plots.bars import bars
from backprop_lib.plots.boundary import decision_boundary, fitted_curve, prediction
from backprop_lib.plots.computation_graph import computation_graph
from backprop_lib.plots.curves import activation_and_slope, gradient_norms, loss_curve, tangent
from backprop_lib.plots.digits import confusion_table, image_grid
from backprop_lib.plots.error_curve import error_curve
from backprop_lib.plots.gradient_flow import gradient_flow
from backprop_lib.plots.matrices import matrices
from backprop_lib.plots.network_diagram import network_diagram, network_table
from backprop_lib.plots.picture import Picture, picture
from backprop_lib.tables import Table, table

__all__ = [
    "Picture",
    "Table",
    "activation_and_slope",
    "bars",
    "computation_graph",
    "confusion_table",
    "decision_boundary",
    "error_curve",
    "fitted_curve",
    "gradient_flow",
    "gradient_norms",
    "image_grid",
    "loss_curve",
    "matrices",
    "network_diagram",
    "network_table",
    "picture",
    "prediction",
    "table",
    "tangent",
]
