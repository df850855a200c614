"use strict";
(() => {
  const sheets = [...document.querySelectorAll(".sheet")];
  const words = document.getElementById("find");
  const told = document.getElementById("shown");
  document.documentElement.classList.add("js");

  const show = () => {
    const parts = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const sheet of sheets) {
      sheet.hidden = !parts.every((part) => sheet.dataset.text.includes(part));
      count += sheet.hidden ? 0 : 1;
    }
    told.textContent = `${count} of ${sheets.length} shown`;
  };
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches("details")) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  };

  words.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input")) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && event.target === words) {
      words.value = "";
      show();
    }
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
  addEventListener("hashchange", follow);
  show();
  follow();
})();
