// A one-time link's secret stands behind the #: no browser sends it and no log keeps it. It is posted here, once.
"use strict";

(async () => {
  const said = document.getElementById("entering");
  const secret = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (!secret) {
    said.textContent = said.dataset.missing;
    return;
  }
  const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams({ secret }) });
  const found = await answer.json();
  if (answer.ok) location.replace(found.leads_to);
  else said.textContent = found.problem;
})();
