"""What is looked for on a screen: parts that stick out, are clipped or overlap, and what axe-core finds."""

from importlib import resources

__all__ = ["axe_violations", "faults", "unpainted"]

PARTS = (
    "button, select, .bp-slider, .bp-scrub, .bp-status, canvas, figcaption, .bp-legend li, summary, table, svg text, "
    ".bp-product, .bp-equation, .bp-code"
)


def faults(root):
    """Return what is wrong with the places of the parts of an explorer; `root` is its locator."""
    return root.evaluate(
        """(root, selector) => {
            const faults = [];
            const outer = root.getBoundingClientRect();
            if (root.scrollWidth > root.clientWidth + 1) faults.push('the explorer is wider than its place');
            const scrolls = part => part.closest('[data-scrolls]');
            const parts = [...root.querySelectorAll(selector)].filter(
                part => part.getClientRects().length > 0 && !scrolls(part)
            );
            const boxes = parts.map(part => [part, part.getBoundingClientRect()]);
            const name = part => `${part.tagName} "${(part.textContent || part.id).slice(0, 30)}"`;
            for (const [part, box] of boxes) {
                if (box.left < outer.left - 1 || box.right > outer.right + 1) faults.push(`${name(part)} sticks out`);
                const clipped = part.clientWidth > 0 && part.scrollWidth > part.clientWidth + 1;
                if (clipped) faults.push(`${name(part)} is clipped`);
            }
            boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
                if (a.contains(b) || b.contains(a)) return;
                const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                if (across > 1 && down > 1) faults.push(`${name(a)} overlaps ${name(b)}`);
            }));
            // What a box in the diagram says has to fit into it.
            for (const node of root.querySelectorAll('.bp-node')) {
                const box = node.querySelector('rect, circle').getBoundingClientRect();
                for (const text of node.querySelectorAll('text:not(.bp-outside)')) {
                    const words = text.getBoundingClientRect();
                    const leaves = words.left < box.left || words.right > box.right;
                    if (text.textContent && leaves) faults.push(`${name(text)} leaves its box`);
                }
            }
            return faults;
        }""",
        PARTS,
    )


def unpainted(root):
    """Return the drawings of an explorer that are empty, and the canvases whose axes do not have the text's color."""
    return root.evaluate(
        """root => [...root.querySelectorAll('canvas, .bp-graph')].flatMap(drawing => {
            if (drawing.closest('details:not([open]), [hidden]')) return [];
            const name = (drawing.getAttribute('aria-label') ?? drawing.tagName).slice(0, 60);
            const [width, height] = [drawing.clientWidth, drawing.clientHeight];
            if (width < 20 || height < 20) return [`"${name}" is ${width} by ${height} pixels`];
            if (drawing.tagName !== 'CANVAS') {
                if (!drawing.querySelector('text')) return [`"${name}" is empty`];
                const [made, there] = [drawing.viewBox.baseVal.width, drawing.parentElement.clientWidth];
                return made > there - 2 ? [] : [`"${name}" was made for ${made} pixels, and there are ${there}`];
            }
            const { data } = drawing.getContext('2d').getImageData(0, 0, drawing.width, drawing.height);
            const text = getComputedStyle(drawing).color.match(/[\\d.]+/g).map(Number);
            let [drawn, written] = [0, 0];
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] < 200) continue;
                const colors = [data[i], data[i + 1], data[i + 2]];
                if (Math.max(...colors) - Math.min(...colors) > 40) drawn += 1;
                if (colors.every((color, c) => Math.abs(color - text[c]) < 60)) written += 1;
            }
            const axes = !drawing.matches('.bp-fitted');
            return [
                ...(drawn > 30 ? [] : [`nothing is drawn in "${name}"`]),
                ...(written > 30 || !axes ? [] : [`nothing is written in "${name}" in the color of text`]),
            ];
        })"""
    )


def axe_violations(page, inside=".bp-explorer"):
    """Return what axe-core finds in a part of a page, as sentences."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    # JupyterLab's body is 0 pixels high and hides what overflows; axe-core would take all that is shown for hidden.
    found = page.evaluate(
        """async inside => {
            const { style } = document.body;
            const before = style.overflow;
            style.overflow = 'visible';
            try {
                return (await axe.run(inside)).violations;
            } finally {
                style.overflow = before;
            }
        }""",
        inside,
    )
    return [f"{v['id']}: {v['help']}: {node['html'][:200]}" for v in found for node in v["nodes"]]
