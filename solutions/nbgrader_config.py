"""For a class that runs nbgrader: put this file into the course's folder, and the solutions into its source/."""

from nbgrader import preprocessors

from backprop_lib.authoring.stubs import ClearSolutionsToStubs, LeaveOutDiscussion

c = get_config()  # noqa: F821 - nbgrader defines it
c.CourseDirectory.course_id = "backprop"
c.GenerateAssignment.preprocessors = [
    preprocessors.IncludeHeaderFooter,
    LeaveOutDiscussion,
    preprocessors.LockCells,
    ClearSolutionsToStubs,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ComputeChecksums,
    preprocessors.SaveCells,
    preprocessors.ClearHiddenTests,
    preprocessors.ComputeChecksums,
    preprocessors.CheckCellMetadata,
]
