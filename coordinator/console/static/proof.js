// Checks in the browser that a statement stands where the log says: leaf, path of hashes, signed root. RFC 6962, 2.1.1.
import { sha256 } from "./vendor/noble/sha2.js";

const said = document.getElementById("proof");
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const base64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const join = (...parts) => {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

// The root that this leaf and its path lead to, or null when the path has another length.
function climb(task) {
  let hash = sha256(join(Uint8Array.of(0), base64(task.leaf)));
  let place = task.index;
  let last = task.size - 1;
  for (const sibling of task.proof.map(unhex)) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      hash = sha256(join(Uint8Array.of(1), sibling, hash));
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = sha256(join(Uint8Array.of(1), hash, sibling));
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hex(hash) : null;
}

// Whether all of it holds: "holds" or "fails"; "broken" where there is nothing that could be checked.
function check() {
  try {
    const task = JSON.parse(said.dataset.task);
    const leaf = JSON.parse(new TextDecoder().decode(base64(task.leaf)));
    const isEnvelope = leaf.envelope === hex(sha256(base64(task.envelope)));
    return isEnvelope && climb(task) === task.root ? "holds" : "fails";
  } catch {
    return "broken";
  }
}

const found = check();
said.textContent = said.dataset[found];
said.dataset.state = found === "holds" ? "good" : "bad";
