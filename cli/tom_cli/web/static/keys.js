// One key for each answer in a review. All of it works without this, too.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, textarea, select")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!wanted) return;
  event.preventDefault();
  wanted.click();
  const field = wanted.tagName === "SUMMARY" && wanted.parentElement.open
    ? wanted.parentElement.querySelector("textarea") : null;
  if (field) field.focus();
});
