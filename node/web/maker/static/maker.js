// Habits of the bill of materials: paste a block from a spreadsheet, Ctrl-Z takes the last saved change back, what is
// found goes into the row whose link one followed.
"use strict";

(() => {
  const form = document.getElementById("bill-form");
  if (!form) return;
  const cells = (row) => [...row.querySelectorAll("input:not([type=radio]), select")];

  // A fresh row below the last one, so that a pasted block has room.
  function addRow(body) {
    const last = body.lastElementChild;
    const number = Number(last.dataset.row) + 1;
    const fresh = last.cloneNode(true);
    fresh.dataset.row = String(number);
    fresh.id = `row-${number}`;
    for (const cell of cells(fresh)) {
      cell.name = cell.name.replace(/^r[0-9]+/, `r${number}`);
      cell.value = "";
      if (cell.hasAttribute("aria-describedby")) cell.setAttribute("aria-describedby", `p${number}-${cell.name.split(".")[1]}`);
      cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/[0-9]+$/, String(number + 1)));
      cell.removeAttribute("aria-invalid");
    }
    for (const note of fresh.querySelectorAll(".bad-note")) {
      note.id = note.id.replace(/^p[0-9]+/, `p${number}`);
      note.textContent = "";
    }
    body.append(fresh);
    return fresh;
  }

  function write(cell, text) {
    if (cell.tagName === "SELECT") {
      const wanted = text.trim().toLowerCase();
      const option = [...cell.options].find((one) => [one.value, one.text].some((word) => word.toLowerCase() === wanted));
      if (option) cell.value = option.value;
    } else cell.value = text.trim();
  }

  form.addEventListener("paste", (event) => {
    const start = event.target.closest("td input, td select");
    const text = event.clipboardData.getData("text/plain");
    if (!start || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    let row = start.closest("tr");
    const column = cells(row).indexOf(start);
    for (const line of text.replace(/\r/g, "").replace(/\n$/, "").split("\n")) {
      const places = cells(row);
      line.split("\t").forEach((value, at) => places[column + at] && write(places[column + at], value));
      row = row.nextElementSibling || addRow(row.parentElement);
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Typing in the last row makes another one below it.
  form.addEventListener("input", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && row === row.parentElement.lastElementChild && event.target.value) addRow(row.parentElement);
  });

  // What is found goes into the row whose link one followed; a link of no row means a new one.
  const into = form.querySelector("[name=into]");
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-find]");
    if (!link) return;
    event.preventDefault();
    into.value = form.querySelector("[name=linked]").value = link.dataset.row;
    const find = form.querySelector("[name=find]");
    find.value = link.dataset.find;
    find.focus();
    find.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // While the table goes on to the right, it shows so beside the column that stays.
  const scrolled = form.querySelector(".bill .scrolled");
  const tell = () => scrolled.toggleAttribute("data-more", scrolled.scrollLeft + scrolled.clientWidth < scrolled.scrollWidth - 1);
  scrolled.addEventListener("scroll", tell);
  addEventListener("resize", tell);
  tell();

  document.addEventListener("keydown", (event) => {
    const undo = document.getElementById("undo");
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "z" && (event.ctrlKey || event.metaKey) && !typing && undo) {
      event.preventDefault();
      undo.form.requestSubmit();
    }
  });
})();
