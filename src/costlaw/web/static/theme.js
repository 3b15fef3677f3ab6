// The theme that was chosen, before anything is painted; otherwise the system's.
(() => {
  let kept = null;
  try { kept = localStorage.getItem("costlaw-theme"); } catch { /* storage is off: the system's */ }
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
})();
