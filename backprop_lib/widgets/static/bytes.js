// What page.py wrote as JSON with its bytes in base64, as the kernel would have sent it.
function bytesAgain(value) {
  if (Array.isArray(value)) return value.map(bytesAgain);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.bytes === "string" && Object.keys(value).length === 1) {
    const data = Uint8Array.from(atob(value.bytes), (letter) => letter.charCodeAt(0));
    return new DataView(data.buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, bytesAgain(entry)]));
}
