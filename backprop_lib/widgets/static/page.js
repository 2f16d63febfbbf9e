// The host of an explorer on a page of its own: it stands where anywidget and the kernel are in a notebook. It needs
// bytes.js before it.

const pageState = bytesAgain(JSON.parse(document.getElementById("state").textContent));
const pageModel = {
  standalone: true,
  widget_manager: { kernel: null },
  get: (name) => pageState[name],
  set: (name, value) => {
    pageState[name] = value;
  },
  on: () => {},
  save_changes: () => {},
};
const pageWidget = explorer();
pageWidget.initialize({ model: pageModel });
pageWidget.render({ model: pageModel, el: document.getElementById("explorer") });
