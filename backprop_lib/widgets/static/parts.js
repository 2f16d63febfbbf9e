// The smallest parts, for explorers and questions alike. The Python side puts this text before the text of a view (see
// `joined` in explorer.py), since a module that is loaded from a blob cannot import another one.

// JupyterLab's manager shows its kernel; where a manager does not, the kernel is taken to be there.
function kernelIsGone(model) {
  const manager = model.widget_manager;
  if (!manager || !("kernel" in manager)) return false;
  return !manager.kernel || manager.kernel.isDisposed || ["dead", "terminating"].includes(manager.kernel.status);
}

function make(tag, properties = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function drawing(tag, attributes = {}, children = []) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
