// Keys for what the buttons do. All of it works without this, too.
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const boxes = () => [...document.querySelectorAll('[data-row] input[type="checkbox"]')];
  const bar = document.querySelector("[data-ticked]");
  let at = -1;

  function count() {
    if (!bar) return;
    const number = ticked();
    bar.textContent = number ? `${number} ticked` : "Nothing ticked";
    // On a narrow page the bar would lie on a row for nothing.
    bar.closest("form").classList.toggle("idle", !number);
    bar.closest("form").classList.toggle("busy", !!number);
  }

  const ticked = () => boxes().filter((box) => box.checked).length;

  // What cannot be done is said in the bar, so that the list stays as it was looked at.
  if (bar) bar.closest("form").addEventListener("submit", (event) => {
    const merges = event.submitter && event.submitter.value === "merge", number = ticked();
    if (number > (merges ? 1 : 0)) return;
    event.preventDefault();
    bar.textContent = number ? "A merge takes two or more: tick another row" : "Nothing is ticked: tick a row first";
  });

  function goTo(place) {
    const all = rows();
    if (!all.length) return;
    at = Math.min(Math.max(place, 0), all.length - 1);
    all.forEach((row, each) => row.classList.toggle("here", each === at));
    all[at].querySelector("summary").focus();
  }

  const onRows = {
    j: () => goTo(at + 1),
    k: () => goTo(at - 1),
    x: () => tick(rows()[at]),
    a: () => { const all = boxes(), on = !all.every((box) => box.checked); all.forEach((box) => { box.checked = on; }); count(); },
    e: () => { const row = rows()[at]; if (!row) return; row.querySelector("details").open = true; row.querySelector("textarea").focus(); },
  };

  function tick(row) {
    const box = row && row.querySelector('input[type="checkbox"]');
    if (box) { box.checked = !box.checked; count(); }
  }

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) { at = rows().indexOf(row); rows().forEach((each) => each.classList.toggle("here", each === row)); }
  });
  document.addEventListener("change", count);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("select, textarea, input:not([type='checkbox'])")) return;
    const key = event.key.toLowerCase();
    if (key === "/") {
      const search = document.querySelector('input[type="search"]');
      if (search) { event.preventDefault(); search.focus(); search.select(); }
      return;
    }
    if (rows().length && onRows[key]) { event.preventDefault(); onRows[key](); return; }
    const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    // In a list a key is for what is ticked, else for the row one is on.
    if (bar && wanted.form && !ticked()) tick(rows()[at]);
    wanted.click();
    const field = wanted.tagName === "SUMMARY" && wanted.parentElement.open
      ? wanted.parentElement.querySelector("textarea") : null;
    if (field) field.focus();
  });
  count();
})();
