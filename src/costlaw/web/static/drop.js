// Handing a file in: drop it, choose it, or without scripts send the form.
export function startDrop(go) {
  const form = document.querySelector("form.drop");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; send(form, field, go); }
  });
  field.addEventListener("change", () => { if (field.files.length) send(form, field, go); });
}

async function send(form, field, go) {
  const why = form.querySelector(".why");
  why.hidden = true;
  form.classList.add("busy");
  const body = new FormData();
  body.append("file", field.files[0]);
  try {
    const answer = await fetch("/api/v1/files", { method: "POST", body });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error.message);
    go(`/runs?source=${encodeURIComponent(found.source)}`, { keep: false });
  } catch (error) {
    why.textContent = error.message;
    why.hidden = false;
  } finally {
    form.classList.remove("busy");
  }
}
