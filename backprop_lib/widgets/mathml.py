"""Equations as native MathML in which each quantity can be found, so that it lights up with its numbers.

The conversion is latex2mathml's. A quantity is found by converting its own LaTeX and looking for the same tree.
"""

import functools
from xml.etree import ElementTree

from latex2mathml.converter import convert

__all__ = ["marked"]

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
PRIME = "′"
ElementTree.register_namespace("", NAMESPACE)


def marked(latex, terms):
    """Return MathML with a name on each term.

    Parameters
    ----------
    latex : str
        The equation.
    terms : dict of str to str
        For a piece of LaTeX, a single symbol with what hangs on it or one fraction, the name of the quantity. Of two
        pieces one inside the other the larger one counts.

    Returns
    -------
    str
        A ``math`` element; the terms carry ``data-term``. A piece that does not occur changes nothing.

    Raises
    ------
    ValueError
        If a piece is more than one symbol.
    """
    tree = ElementTree.fromstring(convert(latex, display="block"))
    named = {_one(piece): name for piece, name in terms.items()}

    def mark(element):
        name = named.get(_plain(element))
        if name is not None:
            element.set("data-term", name)
            return
        for child in element:
            mark(child)

    mark(tree)
    for element in tree.iter(f"{{{NAMESPACE}}}msup"):
        _set_level(element)
    return ElementTree.tostring(tree, encoding="unicode")


def _set_level(power):
    """Write a prime beside its letter: fonts raise it of themselves, and as a superscript it shrinks to a dot."""
    _, raised = power
    if raised.text == PRIME and len(raised) == 0:
        power.tag = f"{{{NAMESPACE}}}mrow"
        raised.tag = f"{{{NAMESPACE}}}mo"
        raised.attrib.update(lspace="0", rspace="0")


@functools.cache
def _one(piece):
    """Return the tree of a piece as text."""
    (row,) = ElementTree.fromstring(convert(piece))
    if len(row) != 1:
        raise ValueError(f"{piece!r} is {len(row)} symbols side by side; one symbol or one fraction was expected.")
    return _plain(row[0])


def _plain(element):
    return ElementTree.tostring(element, encoding="unicode")
