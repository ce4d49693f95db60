// A one-time link's secret stands behind the #: no browser sends it and no log keeps it. It is posted here, once.
"use strict";

(() => {
  const said = document.getElementById("entering");
  const checking = said.textContent;

  async function enter() {
    const secret = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    if (!secret) {
      said.textContent = said.dataset.missing;
      return;
    }
    said.textContent = checking;
    const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams({ secret }) });
    const found = await answer.json();
    if (answer.ok) location.replace(found.leads_to);
    else said.textContent = found.problem;
  }

  // A further link opened in the same tab differs behind the # alone, and then no browser loads the page again.
  addEventListener("hashchange", enter);
  enter();
})();
