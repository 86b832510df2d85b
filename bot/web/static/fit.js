/*
 * Drawn only where a reply has it: how criteria stand, and the visit sheet to print or to save.
 * chat.js fetches this file with the first such reply; the reply's text says it all without.
 */
const WORDS = {
  en: {
    inclusion: "To take part:", exclusion: "Reason not to take part:",
    ask: "To ask the study team", may_not_fit: "May not fit", fits: "In line with what you said",
    criteria: "The rules, one by one",
    note: "In the registry's own words. This is neither a yes nor a no: only the study team can decide.",
    sheet: "Your sheet", print: "Print", pdf: "Save as PDF", json: "Save for a patient portal (FHIR)",
    making: "Making your sheet…", saved: "Your sheet was saved to this device.",
    opened: "Your sheet is open in a new tab.", open: "Open the sheet (in a new tab)",
    failed: "The sheet could not be made just now. Please try again.",
  },
  es: {
    inclusion: "Para participar:", exclusion: "Motivo para no participar:",
    ask: "Para preguntar al equipo del estudio", may_not_fit: "Quizá no encaja", fits: "Va con lo que contaste",
    criteria: "Los requisitos, uno a uno",
    note: "Con las palabras del registro, en inglés. No es un sí ni un no: solo el equipo del estudio puede decidir.",
    sheet: "Tu hoja", print: "Imprimir", pdf: "Guardar como PDF", json: "Guardar para un portal de pacientes (FHIR)",
    making: "Preparando tu hoja…", saved: "Tu hoja se ha guardado en este dispositivo.",
    opened: "Tu hoja está abierta en otra pestaña.", open: "Abrir la hoja (en otra pestaña)",
    failed: "Ahora no se ha podido preparar la hoja. Inténtalo de nuevo.",
  },
};
// What is to be asked first; a sign beside the words, so that it is not the colour that tells.
const VERDICTS = [["ask", "?"], ["may_not_fit", "≠"], ["fits", "≈"]];
const TIMEOUT_MS = 30000;

const textOf = (value) => (typeof value === "string" ? value : "");

/** The criteria, by trial and by how they stand. `el`, `fine`: chat.js's makers of elements. */
export function drawCriteria(criteria, text, lang, { el, fine }) {
  const w = WORDS[lang] || WORDS.en;
  const ids = [...new Set(criteria.map((line) => textOf(line.nct_id)))];
  const titles = textOf(text).split("\n");
  return el("section", { class: "criteria", "aria-label": w.criteria },
    el("h2", null, w.criteria), fine(w.note),
    ...ids.map((id) => {
      const lines = criteria.filter((line) => line.nct_id === id);
      const title = titles.find((line) => line.endsWith(`(${id})`)) || id || w.criteria;
      return el("details", null,
        el("summary", null, el("span", { lang: "en", dir: "auto" }, title)),
        ...VERDICTS.flatMap(([verdict, sign]) => group(lines, verdict, sign, w, { el, fine })));
    }));
}

function group(all, verdict, sign, w, { el, fine }) {
  const known = (line) => (["fits", "may_not_fit"].includes(line.verdict) ? line.verdict : "ask");
  const lines = all.filter((line) => known(line) === verdict);
  if (!lines.length) return [];
  return [
    el("h3", null, el("span", { class: "sign", "aria-hidden": "true" }, sign), w[verdict]),
    el("ul", { class: verdict }, ...lines.map((line) => el("li", null,
      line.kind === "exclusion" ? w.exclusion : w.inclusion, " ",
      el("q", { lang: "en", dir: "auto" }, textOf(line.text).replace(/\\([!-/:-@[-`{-~])/g, "$1")),
      verdict !== "ask" && line.why ? fine(textOf(line.why)) : null))),
  ];
}

/** Buttons that fetch the sheet with the session's token. */
export function drawSheet(sheet, lang, token, { el }) {
  const w = WORDS[lang] || WORDS.en;
  const said = el("p", { class: "fine", role: "status" });
  const formats = Array.isArray(sheet.formats) ? sheet.formats : [];
  const buttons = [["html", w.print], ["pdf", w.pdf], ["json", w.json]].filter(([format]) => formats.includes(format))
    .map(([format, title]) => el("button", { onclick: () => deliver(format) }, title));
  let busy = false;

  async function deliver(format) {
    if (busy) return;
    busy = true;
    said.textContent = w.making;
    try {
      const made = await fetch(`webhooks/web/sheet?format=${format}`, {
        credentials: "omit", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { Authorization: `Bearer ${token}` },
      });
      if (!made.ok) throw new Error(String(made.status));
      const url = URL.createObjectURL(await made.blob());
      setTimeout(() => URL.revokeObjectURL(url), 60000);
      if (format === "html") show(url);
      else save(url, format);
    } catch {
      said.textContent = w.failed;
    } finally {
      busy = false;
    }
  }

  function show(url) {
    const page = window.open(url);
    if (page) {
      said.textContent = w.opened;
      page.addEventListener("load", () => page.print());
    } else {
      said.replaceChildren(el("a", { href: url, target: "_blank" }, w.open)); // a blocker of popups
    }
  }

  function save(url, format) {
    el("a", { href: url, download: `car-t-visit-sheet.${format}` }).click();
    said.textContent = w.saved;
  }

  return el("div", { class: "sheet", role: "group", "aria-label": w.sheet },
    el("div", { class: "row" }, ...buttons), said);
}
