// The host of an explorer on a page of its own: it stands where anywidget and the kernel are in a notebook.

function bytesAgain(value) {
  if (Array.isArray(value)) return value.map(bytesAgain);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.bytes === "string" && Object.keys(value).length === 1) {
    const data = Uint8Array.from(atob(value.bytes), (letter) => letter.charCodeAt(0));
    return new DataView(data.buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, bytesAgain(entry)]));
}

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
