"""What stands in an exercise where the solution has its answer; nbgrader's own preprocessor, with better stubs.

A region between ### BEGIN SOLUTION and ### END SOLUTION becomes

- the lines of it that begin with `#: `, without that mark, if there are any: blanks to fill, bugs to find;
- at the top level `name = ...` for each name that it assigns;
- inside a function a line that raises NotImplementedError.
"""

import ast
import re
import textwrap

from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

__all__ = ["ClearSolutionsToStubs", "LeaveOutDiscussion", "stub"]

DISCUSSION = "discussion"
"""The tag of a cell of a solution that talks about the answer: it is not in the exercise."""

MARK = "#:"

RAISES = 'raise NotImplementedError("write your code here")'


def stub(region):
    """Return the lines that stand in for a region.

    Parameters
    ----------
    region : list of str
        The lines between the two markers.

    Returns
    -------
    list of str
    """
    given = [line for line in region if line.lstrip().startswith(MARK)]
    if given:
        return [re.sub(r"^(\s*)#: ?", r"\1", line) for line in given]
    indent = re.match(r"\s*", next((line for line in region if line.strip()), "")).group(0)
    if indent:
        return [indent + RAISES]
    names = []
    for node in ast.parse(textwrap.dedent("\n".join(region))).body:
        for target in node.targets if isinstance(node, ast.Assign) else []:
            names += [part.id for part in ast.walk(target) if isinstance(part, ast.Name)]
    return [f"{name} = ...  # your answer" for name in dict.fromkeys(names)] or [RAISES]


class ClearSolutionsToStubs(ClearSolutions):
    """Clears each solution region to its own stub."""

    def _replace_solution_region(self, cell, language):
        markers = (self.begin_solution_delimeter, self.end_solution_delimeter)
        if cell.cell_type != "code" or not any(marker in cell.source for marker in markers):
            return super()._replace_solution_region(cell, language)
        kept, region = [], None
        for line in cell.source.split("\n"):
            if self.begin_solution_delimeter in line:
                if region is not None:
                    raise RuntimeError(f"a solution region begins inside another one:\n{cell.source}")
                region = []
            elif self.end_solution_delimeter in line:
                if region is None:
                    raise RuntimeError(f"a solution region ends that has not begun:\n{cell.source}")
                kept += stub(region)
                region = None
            elif region is not None:
                region.append(line)
            else:
                kept.append(line)
        if region is not None:
            raise RuntimeError(f"a solution region has no end:\n{cell.source}")
        cell.source = "\n".join(kept)
        return True


class LeaveOutDiscussion(NbGraderPreprocessor):
    """Leaves out the cells that talk about the answer."""

    def preprocess(self, nb, resources):
        """Return the notebook without its cells tagged "discussion"."""
        nb.cells = [cell for cell in nb.cells if DISCUSSION not in cell.metadata.get("tags", [])]
        return nb, resources
