// Habits people have: / searches, one click copies, dropping a file fills the form. No page needs it to be read.
"use strict";

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  // Ctrl-S saves the form one is in, as in every office program.
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form[data-save]") || document.querySelector("form[data-save]");
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
  }
  // Ctrl-Z takes the last change back, unless one is typing: there the browser does it.
  if (event.key === "z" && (event.ctrlKey || event.metaKey) && !typing) {
    const undo = document.querySelector("button[data-undo]:not([disabled])");
    if (undo) {
      event.preventDefault();
      undo.click();
    }
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

// <button data-print hidden>: shown where a script can print the page.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// <form data-drop> with one file input: a file dropped anywhere on it is taken and sent.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest && event.target.closest("form[data-drop]");
    if (!form) return;
    event.preventDefault();
    form.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      form.querySelector("input[type=file]").files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
}

// <form data-submit-on-change>: choosing is sending.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

// A file field speaks the page's language, not the browser's: the field itself is hidden, its label shows a face of ours.
function giveFace(part) {
  const { choose, unchosen } = document.documentElement.dataset;
  for (const field of part.querySelectorAll("label > input[type=file]:not(.hidden)")) {
    const face = document.createElement("span");
    const button = document.createElement("b");
    const chosen = document.createElement("span");
    const tell = () => {
      chosen.textContent = [...field.files].map((one) => one.name).join(", ") || unchosen;
    };
    face.className = "face";
    face.ariaHidden = "true";
    button.textContent = choose;
    face.append(button, chosen);
    field.classList.add("hidden");
    field.after(face);
    field.addEventListener("change", tell);
    tell();
  }
}
document.addEventListener("DOMContentLoaded", () => giveFace(document));
document.addEventListener("htmx:load", (event) => giveFace(event.target.parentElement || document));

// <input type="file" data-into="NAME">: what stands in the file goes into the field of that name, to be looked at.
document.addEventListener("change", async (event) => {
  const { into } = event.target.dataset;
  if (!into || !event.target.files.length) return;
  const field = event.target.form.elements[into];
  field.value = await event.target.files[0].text();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// What a field wants is said in the page's language, not the browser's: data-says of the field for a wrong shape.
document.addEventListener(
  "invalid",
  ({ target }) => {
    const says = document.documentElement.dataset;
    const missing = { radio: says.chooseOne, checkbox: says.unticked }[target.type] || says.missing;
    if (target.validity.valueMissing) target.setCustomValidity(missing || "");
    else if (target.validity.patternMismatch) target.setCustomValidity(target.dataset.says || "");
  },
  true,
);
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    // Of buttons of one name each said it, and one is pressed.
    const group = target.type === "radio" ? (target.form || document).querySelectorAll("input[type=radio]") : [target];
    for (const one of group) if (one.validity && one.validity.customError) one.setCustomValidity("");
  });
}

// Times come in UTC; a reader elsewhere sees them in the zone of the browser, and UTC when pointing at them. A file of a
// table is asked for in that zone.
function tellLocally(part) {
  for (const one of part.querySelectorAll("time[datetime]:not([title])")) {
    const at = new Date(one.dateTime);
    const ahead = -at.getTimezoneOffset();
    if (ahead === 0) continue;
    const here = new Date(at.getTime() + ahead * 60_000).toISOString();
    const minutes = Math.abs(ahead) % 60;
    const zone = `${ahead < 0 ? "−" : "+"}${Math.floor(Math.abs(ahead) / 60)}${minutes ? `:${minutes}` : ""}`;
    one.title = one.textContent;
    one.textContent = `${here.slice(0, 10)} ${here.slice(11, 16)} UTC${zone}`;
  }
  for (const one of part.querySelectorAll(".files a")) {
    const address = new URL(one.href);
    address.searchParams.set("ahead", -new Date().getTimezoneOffset());
    one.href = address.href;
  }
}
document.addEventListener("DOMContentLoaded", () => tellLocally(document));
// <input data-ahead>: by how many minutes, so that a day that is typed is the reader's day.
document.addEventListener("DOMContentLoaded", () => {
  for (const one of document.querySelectorAll("input[data-ahead]")) one.value = -new Date().getTimezoneOffset();
});
document.addEventListener("htmx:load", (event) => tellLocally(event.target.parentElement || document));

// <form data-saves> gives a file and leaves its page: what was wrong with an earlier try goes as it is sent again.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("form[data-saves]")) return;
  for (const one of document.querySelectorAll("main .problem")) one.remove();
  for (const one of target.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const one of target.querySelectorAll(".bad-note")) one.textContent = "";
});

// <form data-keeps>: what was typed in it, save in a part of it with data-aside, is saved before one goes elsewhere. Where
// that cannot be, the browser asks whether to leave.
function keepTyped(kept) {
  let isTyped = false;
  let goesOn = false;
  kept.addEventListener("input", ({ target }) => (isTyped ||= !target.closest("[data-aside]")));

  async function saveFirst(event, goOn) {
    if (!isTyped || goesOn || event.defaultPrevented) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(kept));
    const answer = await fetch(kept.action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    const leads = answer && answer.headers.get("HX-Redirect");
    isTyped = !leads || new URL(leads, location).pathname !== new URL(kept.action).pathname;
    goesOn = true;
    goOn();
    goesOn = false;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isElsewhere = link && link.href.split("#")[0] !== location.href.split("#")[0];
    if (!isElsewhere || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    saveFirst(event, () => link.click());
  });
  document.addEventListener("submit", (event) => {
    if (event.target === kept) isTyped = false;
    else saveFirst(event, () => event.target.requestSubmit(event.submitter));
  });
  addEventListener("beforeunload", (event) => isTyped && event.preventDefault());
}
for (const kept of document.querySelectorAll("form[data-keeps]")) keepTyped(kept);

// Of any other form that changes something the browser asks before what was typed in it is lost.
const sent = new WeakSet();
const TYPED = "textarea, input:not([type]), input:is([type=text], [type=number], [type=date], [type=email], [type=url])";
document.addEventListener("submit", ({ target }) => sent.add(target));
document.addEventListener("input", ({ target }) => sent.delete(target.form));
addEventListener("beforeunload", (event) => {
  const isLost = (one) => one.matches(TYPED) && !one.matches("[hx-post], [data-aside] *") && one.value !== one.defaultValue;
  const loses = (form) => form.method === "post" && !form.matches("[data-keeps]") && !sent.has(form) && [...form.elements].some(isLost);
  if ([...document.forms].some(loses)) event.preventDefault();
});

// A refusal that htmx gets is shown where its answer would have stood.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 500) event.detail.shouldSwap = true;
});
