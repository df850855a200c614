"use strict";
(() => {
  const page = document.documentElement;
  const sheets = [...document.querySelectorAll(".sheet")];
  const words = document.getElementById("find");
  const chips = [...document.querySelectorAll(".chips button")];
  const told = document.getElementById("shown");
  page.classList.add("js");

  const show = () => {
    const wanted = chips.filter((one) => one.ariaPressed === "true").map((one) => one.value);
    const parts = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const sheet of sheets) {
      const text = sheet.dataset.text;
      const fits = !wanted.length || wanted.includes(sheet.dataset.status);
      sheet.hidden = !(fits && parts.every((part) => text.includes(part)));
      count += sheet.hidden ? 0 : 1;
    }
    told.textContent = `${count} of ${sheets.length} shown`;
  };
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches("details")) {
      target.open = true;
      target.scrollIntoView();
    }
  };
  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  };

  words.addEventListener("input", show);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      show();
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".commands button");
    if (button) copy(button);
  });
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
