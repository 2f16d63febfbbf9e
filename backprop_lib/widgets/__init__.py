"""What moves: each widget is a plain Python model and a thin view that draws it. ipywidgets starts here."""

from backprop_lib.widgets.backward_tracer import BackwardTracer
from backprop_lib.widgets.chain_explorer import ChainExplorer
from backprop_lib.widgets.check_bench import CheckBench
from backprop_lib.widgets.delta_explorer import DeltaExplorer
from backprop_lib.widgets.epoch_stepper import EpochStepper
from backprop_lib.widgets.forward_explorer import ForwardExplorer
from backprop_lib.widgets.gradient_flow import GradientFlow
from backprop_lib.widgets.predict import Predict
from backprop_lib.widgets.recording import Recorder, Recording
from backprop_lib.widgets.tape_viewer import TapeViewer

__all__ = [
    "BackwardTracer",
    "ChainExplorer",
    "CheckBench",
    "DeltaExplorer",
    "EpochStepper",
    "ForwardExplorer",
    "GradientFlow",
    "Predict",
    "Recorder",
    "Recording",
    "TapeViewer",
]
