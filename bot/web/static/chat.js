/*
 * The chat inside the frame: one session with the server, a transcript, and a card of emergency
 * numbers that needs neither.
 *
 * Whatever arrives from the server, the registry or the patient becomes text nodes; a link is made
 * only from an address that parses as https:, tel: or mailto:. The tab's session storage holds the
 * session token and the language, never a word of the conversation.
 */
(() => {
  "use strict";

  const MAX_CHARACTERS = 2000; // Unicode code points, as the server counts
  const COUNT_FROM = 1800;
  const TURN_TIMEOUT_MS = 15000; // the server gives up at 8 s
  const RETRY_PAUSE_MS = 800;

  // ---------------------------------------------------------------------------- words

  const WORDS = {
    en: {
      lang: "en", dates: "en-GB", other: "Español", otherLang: "es",
      title: "CAR-T trials guide",
      bot: "Automated, not a doctor",
      menu: "Menu", close: "Close the chat", help: "Emergency?",
      helpTitle: "Get help now",
      danger: "Life in danger? Call your local emergency number now. If you have had CAR-T, tell them.",
      eu: "EU", uk: "UK", us: "US",
      crisis: "In a crisis? Talk to someone now.",
      usCrisis: "US, call or text", ukCrisis: "Samaritans, UK and Ireland",
      label: "Your question", send: "Send",
      hint: "Please do not type names, numbers or addresses.",
      left: (n) => `${n} characters left`,
      over: (n) => `${n} characters too many. Please make it shorter.`,
      you: "You said:", guide: "Assistant said:",
      connecting: "Opening the guide…", waiting: "Looking that up…",
      back: "You are back in the same chat. For your privacy this page does not keep what was said before. Just go on asking.",
      closed: "The guide cannot be reached right now. If this is an emergency, don't wait: call 112, 999 or 911.",
      unsent: "Your message was not sent. It is still here, nothing is lost. If this is an emergency, don't wait: call 112, 999 or 911.",
      notSent: "Not sent", again: "Try again",
      read: "Read, print or save this chat", erase: "Delete this chat",
      eraseTitle: "Delete this chat?",
      eraseText: "Everything in it is removed from our server too. This cannot be undone.",
      keep: "Keep it", eraseYes: "Delete",
      eraseFailed: "It could not be deleted just now. Please try again.",
      erased: "Your chat was deleted. This is a new one.",
      readTitle: "This chat as plain text",
      readNote: "General information from an automated guide, not medical advice.",
      print: "Print", save: "Save as text", done: "Back to the chat",
      youShort: "You", guideShort: "Guide",
      newTab: "(opens in a new tab)",
      evidence: "Evidence", sources: (n) => `Sources (${n})`,
      checkedOn: (day) => `Checked ${day}.`,
      draft: "Not yet reviewed by a clinician.",
      reviewed: (by, day) => `Reviewed${by ? ` by ${by}` : ""}${day ? ` on ${day}` : ""}.`,
      live: (when) => `Checked with ClinicalTrials.gov on ${when}`,
      old: (when) => `Recorded or older data from ${when}`,
      shown: (n, total) => `Showing ${n} of ${total}.`,
      phase: "Phase", early: "Early phase",
      nearest: "Nearest site", sites: (n) => (n === 1 ? "1 site" : `${n} sites`),
      who: "Who", sponsor: "Run by", contact: "Contact", registry: "Registry", updated: "updated",
      between: (a, b) => `Ages ${a} to ${b}`, from: (a) => `Age ${a} and over`, upTo: (b) => `Up to age ${b}`,
      allAges: "All ages", months: "months", FEMALE: "women only", MALE: "men only",
      inclusion: "Must have", exclusion: "Must not have",
      fits: "Matches what you said", may_not_fit: "May not match", ask: "Ask the trial team",
      criteria: "What this trial asks for", criteriaNote: "In the registry's own words. Only the trial team can decide.",
      helpful: "Was this helpful?", yes: "Yes", no: "No", thanks: "Thank you.",
      why: "What was wrong? (you may leave this out; no names please)", sendWhy: "Send",
      status: {
        RECRUITING: "Taking people now", NOT_YET_RECRUITING: "Not open yet",
        ENROLLING_BY_INVITATION: "By invitation only", ACTIVE_NOT_RECRUITING: "Running, takes nobody new",
        COMPLETED: "Has ended", TERMINATED: "Stopped early", SUSPENDED: "Paused",
        WITHDRAWN: "Called off before it began", UNKNOWN: "Status not confirmed for years",
      },
    },
    es: {
      lang: "es", dates: "es", other: "English", otherLang: "en",
      title: "Guía de ensayos CAR-T",
      bot: "Automática, no es un médico",
      menu: "Menú", close: "Cerrar el chat", help: "¿Emergencia?",
      helpTitle: "Pide ayuda ahora",
      danger: "¿Peligra la vida? Llama ahora a tu número de emergencias. Si te han dado CAR-T, dilo.",
      eu: "UE", uk: "Reino Unido", us: "EE. UU.",
      crisis: "¿Estás en crisis? Habla con alguien ahora.",
      usCrisis: "EE. UU., llamada o mensaje", ukCrisis: "Samaritans, Reino Unido e Irlanda",
      label: "Tu pregunta", send: "Enviar",
      hint: "No escribas nombres, números ni direcciones.",
      left: (n) => `Quedan ${n} caracteres`,
      over: (n) => `Sobran ${n} caracteres. Acorta el mensaje.`,
      you: "Has dicho:", guide: "El asistente ha dicho:",
      connecting: "Abriendo la guía…", waiting: "Lo estoy buscando…",
      back: "Sigues en la misma conversación. Por tu privacidad, esta página no guarda lo que se dijo antes. Puedes seguir preguntando.",
      closed: "Ahora no se puede abrir la guía. Si es una emergencia, no esperes: llama al 112, 999 o 911.",
      unsent: "Tu mensaje no se ha enviado. Sigue aquí, no se ha perdido nada. Si es una emergencia, no esperes: llama al 112, 999 o 911.",
      notSent: "Sin enviar", again: "Intentar de nuevo",
      read: "Leer, imprimir o guardar este chat", erase: "Borrar este chat",
      eraseTitle: "¿Borrar este chat?",
      eraseText: "Todo lo que contiene se borra también de nuestro servidor. No se puede deshacer.",
      keep: "Conservarlo", eraseYes: "Borrar",
      eraseFailed: "Ahora no se ha podido borrar. Inténtalo de nuevo.",
      erased: "Tu chat se ha borrado. Este es uno nuevo.",
      readTitle: "Este chat como texto",
      readNote: "Información general de una guía automática, no consejo médico.",
      print: "Imprimir", save: "Guardar como texto", done: "Volver al chat",
      youShort: "Tú", guideShort: "Guía",
      newTab: "(se abre en otra pestaña)",
      evidence: "Evidencia", sources: (n) => `Fuentes (${n})`,
      checkedOn: (day) => `Comprobado el ${day}.`,
      draft: "Aún no lo ha revisado un profesional sanitario.",
      reviewed: (by, day) => `Revisado${by ? ` por ${by}` : ""}${day ? ` el ${day}` : ""}.`,
      live: (when) => `Consultado en ClinicalTrials.gov el ${when}`,
      old: (when) => `Datos grabados o antiguos, del ${when}`,
      shown: (n, total) => `Se muestran ${n} de ${total}.`,
      phase: "Fase", early: "Fase inicial",
      nearest: "Centro más cercano", sites: (n) => (n === 1 ? "1 centro" : `${n} centros`),
      who: "Quién", sponsor: "Lo dirige", contact: "Contacto", registry: "Registro", updated: "actualizado el",
      between: (a, b) => `De ${a} a ${b} años`, from: (a) => `Desde ${a} años`, upTo: (b) => `Hasta ${b} años`,
      allAges: "Todas las edades", months: "meses", FEMALE: "solo mujeres", MALE: "solo hombres",
      inclusion: "Hay que tener", exclusion: "No hay que tener",
      fits: "Coincide con lo que has dicho", may_not_fit: "Puede que no coincida", ask: "Pregunta al equipo del ensayo",
      criteria: "Qué pide este ensayo", criteriaNote: "Con las palabras del registro, en inglés. Solo el equipo del ensayo puede decidir.",
      helpful: "¿Te ha servido?", yes: "Sí", no: "No", thanks: "Gracias.",
      why: "¿Qué estaba mal? (es opcional; sin nombres, por favor)", sendWhy: "Enviar",
      status: {
        RECRUITING: "Admite participantes ahora", NOT_YET_RECRUITING: "Aún no ha empezado",
        ENROLLING_BY_INVITATION: "Solo por invitación", ACTIVE_NOT_RECRUITING: "En marcha, no admite a nadie nuevo",
        COMPLETED: "Ha terminado", TERMINATED: "Se detuvo antes de tiempo", SUSPENDED: "En pausa",
        WITHDRAWN: "Cancelado antes de empezar", UNKNOWN: "Estado sin confirmar desde hace años",
      },
    },
  };

  const query = new URLSearchParams(location.search);
  const clinic = query.get("clinic") || "demo";
  let t = WORDS[query.get("locale")] || WORDS.en;

  // ---------------------------------------------------------------------------- small DOM helpers

  const $ = (id) => document.getElementById(id);
  const log = $("log");
  const box = $("text");

  /** An element with attributes and children; a string child is a text node. */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "onclick") node.addEventListener("click", value);
      else if (value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }
  const hidden = (text) => el("span", { class: "hide", dir: "auto" }, text);
  const words = (value) => (typeof value === "string" ? value : "");
  const list = (value) => (Array.isArray(value) ? value.filter((item) => item && typeof item === "object") : []);

  /** A link if the address is one that we open, else its bare text. */
  function link(address, text, attributes) {
    let url;
    try { url = new URL(address); } catch { return text; }
    if (!["https:", "tel:", "mailto:"].includes(url.protocol)) return text;
    const out = url.protocol === "https:";
    return el(
      "a",
      { href: url.href, rel: "noopener noreferrer", target: out ? "_blank" : null, class: out ? "out" : null, ...attributes },
      text, out ? hidden(` ${t.newTab}`) : null,
    );
  }
  const dial = (number) => `tel:${number.replace(/[^\d+]/g, "")}`;

  // Emergency and crisis lines, and telephone numbers of nine digits or more.
  const ADDRESS = /https:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)\]]/g;
  const TELEPHONE =
    /(^|[^\d.,:/+-])((?:116[ \u00a0]?123|13[ \u00a0]?11[ \u00a0]?14|911|999|112|988|111|113|000|024|061)(?![ -]?\d)|\(\d{3}\) ?\d{3}-\d{4}|\+?\d[\d -]{7,16}\d)(?![\d%°]|[.,:]\d)/g;

  /** Text with its https addresses and, in safety texts, its telephone numbers as links. */
  function rich(text, telephones) {
    const spans = [];
    for (const m of text.matchAll(/CAR-T/g)) spans.push([m.index, m[0]]); // kept on one line
    for (const m of text.matchAll(ADDRESS)) spans.push([m.index, m[0], m[0]]);
    if (telephones) {
      for (const m of text.matchAll(TELEPHONE)) {
        if (m[2].length < 8 || m[2].replace(/\D/g, "").length >= 9) {
          spans.push([m.index + m[1].length, m[2], dial(m[2])]);
        }
      }
    }
    const nodes = [];
    let at = 0;
    for (const [start, shown, address] of spans.sort((a, b) => a[0] - b[0])) {
      if (start < at) continue;
      nodes.push(text.slice(at, start), address ? link(address, shown) : el("span", { class: "whole" }, shown));
      at = start + shown.length;
    }
    nodes.push(text.slice(at));
    return nodes;
  }

  function day(iso, w, clock) {
    const known = /^\d{4}(-\d\d(-\d\d)?)?/.exec(words(iso));
    const date = new Date(iso);
    if (!known || Number.isNaN(date.getTime())) return words(iso);
    const format = { year: "numeric", timeZone: "UTC" };
    if (known[1]) format.month = "long";
    if (known[2]) format.day = "numeric";
    const text = new Intl.DateTimeFormat(w.dates, format).format(date);
    return clock ? `${text}, ${date.toISOString().slice(11, 16)} UTC` : text;
  }

  // ---------------------------------------------------------------------------- session and calls

  const KEY = `cartographer:${clinic}`;
  let session = null; // {token, expires_at, locale}
  let epoch = 0; // rises with each new session; choices and feedback belong to one

  function remember(value) {
    session = value;
    try {
      if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
      else sessionStorage.removeItem(KEY);
    } catch { /* storage is blocked: the session lives as long as this page */ }
  }
  function recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY));
      if (kept && typeof kept.token === "string" && !(Date.parse(kept.expires_at) <= Date.now())) return kept;
    } catch { /* blocked or not ours: start anew */ }
    return null;
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** One call. Resolves to {status, data}; status 0 when no answer came. */
  async function call(method, path, body, token) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TURN_TIMEOUT_MS);
    try {
      const response = await fetch(`webhooks/web/${path}`, {
        method, credentials: "omit", cache: "no-store", redirect: "error", signal: stop.signal,
        headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
        body: body && JSON.stringify(body),
      });
      return { status: response.status, data: await response.json().catch(() => null) };
    } catch {
      return { status: 0, data: null };
    } finally {
      clearTimeout(timer);
    }
  }

  /** `call`, and a second and third try when the network or the server failed for a moment. */
  async function insist(attempt) {
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt();
      const passing = answer.status === 0 ? tries < 3 : answer.status >= 500 && tries < 2;
      if (!passing || navigator.onLine === false) return answer;
      await pause(RETRY_PAUSE_MS * tries);
    }
  }

  async function newSession() {
    const answer = await call("POST", "session", { clinic, locale: t.lang });
    if (answer.status === 201 && answer.data && words(answer.data.token)) {
      epoch += 1;
      remember({ token: answer.data.token, expires_at: answer.data.expires_at, locale: t.lang });
    }
    return answer;
  }

  // ---------------------------------------------------------------------------- drawing a Reply

  const NUMBERS_MATTER = new Set(["emergency", "crisis", "warning_signs", "symptom_question", "emotional_support"]);
  const REPEATED_IN_LISTING = /^(Checked with|Consultado en) ClinicalTrials\.gov /;

  /** The text as paragraphs and real lists. `cards` stand where the text lists the trials. */
  function drawText(reply, cards) {
    const telephones = reply.kind === "safety" || reply.kind === "fallback" || NUMBERS_MATTER.has(reply.topic);
    const notes = [reply.experimental, reply.specialist && reply.specialist.text].filter(Boolean);
    const body = el("div", { class: "text" });
    let items = null;
    let placed = !cards;
    for (const raw of words(reply.text).split("\n")) {
      const line = raw.trim();
      if (!line) { items = null; continue; }
      if (cards && /^- NCT\d/.test(line)) {
        if (!placed) body.append(cards);
        placed = true;
        continue;
      }
      if (reply.listing && REPEATED_IN_LISTING.test(line)) continue;
      const item = /^(?:([-•])|\d{1,2}[.)])\s+(.*)/.exec(line);
      if (item) {
        const tag = item[1] ? "ul" : "ol";
        if (!items || items.localName !== tag) body.append((items = el(tag)));
        items.append(el("li", { dir: "auto" }, ...rich(item[2], telephones)));
      } else {
        items = null;
        let rest = line;
        for (const note of notes) rest = rest.replace(note, "");
        body.append(el("p", { dir: "auto", class: rest.trim() ? null : "note" }, ...rich(line, telephones)));
      }
    }
    if (!placed) body.append(cards);
    return body;
  }

  function ages(trial, w) {
    const shown = (years) => (years < 2 && years % 1 ? `${Math.round(years * 12)} ${w.months}` : String(years));
    const [min, max] = [trial.min_age_years, trial.max_age_years];
    const text =
      min != null && max != null ? w.between(shown(min), shown(max))
        : min != null ? w.from(shown(min))
          : max != null ? w.upTo(shown(max)) : w.allAges;
    return /^(FE)?MALE$/.test(trial.sex) ? `${text}, ${w[trial.sex]}` : text;
  }

  function phases(codes, w) {
    const known = (Array.isArray(codes) ? codes : []).map((code) => /^(EARLY_)?PHASE(\d)$/.exec(code)).filter(Boolean);
    if (!known.length) return null;
    return `${known[0][1] ? w.early : w.phase} ${known.map((m) => m[2]).join("/")}`;
  }

  const registryTerm = (code) => {
    const term = words(code).toLowerCase().replace(/_/g, " ");
    return term.charAt(0).toUpperCase() + term.slice(1).replace(/^(ctive) not/, "$1, not");
  };

  function drawTrial(trial, w) {
    const facts = el("dl");
    const fact = (name, ...value) => facts.append(el("div", null, el("dt", null, name), el("dd", null, ...value)));
    const site = trial.nearest_site;
    if (site) {
      const km = site.distance_km;
      const far = typeof km !== "number" ? null
        : el("span", { class: "far" }, `${Math.max(1, Math.round(km))} km (${Math.max(1, Math.round(km / 1.609))} mi)`);
      const where = [site.facility, site.city, site.country].filter(Boolean).join(", ");
      fact(w.nearest, el("span", { lang: "en", dir: "auto" }, where), " ", far,
        trial.site_count > 1 ? ` · ${w.sites(trial.site_count)}` : null);
    }
    fact(w.who, ages(trial, w));
    if (trial.sponsor) fact(w.sponsor, el("span", { lang: "en", dir: "auto" }, trial.sponsor));
    const contact = trial.contact || {};
    const phone = words(contact.phone);
    const email = words(contact.email);
    if (phone || email) {
      const ways = el("ul", { class: "ways" });
      if (phone) ways.append(el("li", null, link(dial(phone.split(/ext|x/i)[0]), phone)));
      if (email) ways.append(el("li", null, /^[^\s@?&,;:]+@[^\s@?&,;:]+$/.test(email) ? link(`mailto:${email}`, email) : email));
      fact(w.contact, contact.name ? el("span", { lang: "en", dir: "auto" }, contact.name) : null, ways);
    }
    const term = registryTerm(trial.status);
    const updated = trial.last_update ? `, ${w.updated} ${day(trial.last_update, w)}` : null;
    fact(w.registry, link(trial.url, words(trial.nct_id)), " ", el("span", { lang: "en" }, term), updated);
    const open = trial.status === "RECRUITING";
    const phase = phases(trial.phases, w);
    return el(
      "li", { class: "trial" },
      el(
        "p", { class: "state" },
        el("span", { class: open ? "pill open" : "pill" }, (Object.hasOwn(w.status, trial.status) && w.status[trial.status]) || term),
        phase ? el("span", { class: "term" }, phase) : null,
      ),
      el("h3", { lang: "en", dir: "auto" }, words(trial.title) || words(trial.nct_id)),
      facts,
    );
  }

  function drawListing(reply, w, count) {
    const { checked_at: at, live, total } = reply.listing;
    const text = `${live ? w.live(day(at, w, true)) : w.old(day(at, w, true))}.`;
    return el("p", { class: live ? "fine" : "fine older" }, total > count && count ? `${w.shown(count, total)} ${text}` : text);
  }

  function drawCriteria(criteria, w) {
    const box = el("section", { class: "criteria", lang: w.lang }, el("h3", null, w.criteria), el("p", { class: "fine" }, w.criteriaNote));
    const items = el("ul");
    for (const line of criteria) {
      const verdict = ["fits", "may_not_fit", "ask"].includes(line.verdict) ? line.verdict : "ask";
      items.append(el(
        "li", { class: verdict },
        el("p", { class: "verdict" }, w[verdict]),
        el("p", { class: "quote" }, el("span", { class: "term" }, `${line.kind === "exclusion" ? w.exclusion : w.inclusion}: `),
          el("q", { lang: "en", dir: "auto" }, words(line.text))),
        line.why ? el("p", { class: "fine", dir: "auto" }, line.why) : null,
      ));
    }
    box.append(items);
    return box;
  }

  function drawSources(sources, w) {
    const items = el("ol");
    for (const source of sources) {
      const about = [words(source.publisher), day(source.date, w)].filter(Boolean).join(", ");
      const title = words(source.title) || words(source.url);
      items.append(el("li", { dir: "auto" }, link(source.url, title, { lang: "en" }), el("span", { class: "fine" }, ` ${about}`)));
    }
    return el("details", null, el("summary", null, w.sources(sources.length)), items);
  }

  function drawFooting(reply, w) {
    const review = reply.review || {};
    const parts = [];
    if (reply.as_of) parts.push(w.checkedOn(day(reply.as_of, w)));
    if (review.status === "draft") parts.push(w.draft);
    if (review.status === "reviewed") parts.push(w.reviewed(words(review.by), day(review.on, w)));
    return parts.length ? el("p", { class: "fine" }, parts.join(" ")) : null;
  }

  function drawChoices(reply, choices) {
    const group = el("ul", { class: "choices" });
    const mine = epoch;
    for (const choice of choices) {
      const title = words(choice.title);
      const button = el("button", {
        type: "button", class: "choice", dir: "auto",
        onclick: () => {
          if (off(button) || mine !== epoch) return;
          const used = reply.kind === "question" ? [...group.querySelectorAll("button")] : [button];
          ask({ text: title, choice: choice.value, epoch: mine, used });
        },
      }, title);
      if (busy) button.setAttribute("aria-disabled", "true");
      group.append(el("li", null, button));
    }
    return group;
  }

  function drawFeedback(reply, w) {
    const mine = session && session.token;
    const question = el("p", { id: `helpful-${reply.id}` }, w.helpful);
    const area = el("div", { class: "feedback", role: "group", "aria-labelledby": question.id }, question);
    const post = async (body) => {
      const { status } = await call("POST", "feedback", { id: reply.id, ...body }, mine);
      return status === 204;
    };
    const finish = () => {
      const thanks = el("p", { tabindex: "-1" }, w.thanks);
      area.replaceChildren(thanks);
      thanks.focus();
    };
    const button = (text, onclick) => el("button", { type: "button", onclick }, text);
    area.append(
      button(w.yes, async () => { if (await post({ helpful: true })) finish(); }),
      button(w.no, async () => {
        if (!(await post({ helpful: false }))) return;
        const why = el("input", { type: "text", maxlength: "500", autocomplete: "off", id: `why-${reply.id}` });
        const send = async () => { if (!why.value.trim() || (await post({ helpful: false, why: why.value.trim() }))) finish(); };
        why.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) send(); });
        area.replaceChildren(el("label", { for: why.id }, w.why), why, button(w.sendWhy, send));
        why.focus();
      }),
    );
    return area;
  }

  function drawReply(reply) {
    const locale = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(words(reply.locale)) ? reply.locale : t.lang;
    const w = WORDS[locale] || t;
    const trials = list(reply.trials);
    const criteria = list(reply.criteria);
    const sources = list(reply.sources);
    const choices = list(reply.choices);
    const cards = trials.length ? el("ul", { class: "trials", lang: w.lang }, ...trials.map((trial) => drawTrial(trial, w))) : null;
    const safety = reply.kind === "safety";
    const label = reply.evidence && words(reply.evidence.label);

    const body = drawText(reply, cards);
    const after = el("div", { class: "after", lang: w.lang });
    if (reply.listing) after.append(drawListing(reply, w, trials.length));
    if (criteria.length) after.append(drawCriteria(criteria, w));
    const footing = drawFooting(reply, w);
    if (footing) after.append(footing);
    if (sources.length) after.append(drawSources(sources, w));

    return el(
      "div", { class: `reply ${safety ? "safety" : ""}`, lang: locale, role: safety ? "alert" : null },
      hidden(`${t.guide} `),
      label ? el("p", { class: "evidence" }, el("span", { lang: w.lang }, `${w.evidence}: `), label) : null,
      body,
      after.childNodes.length ? after : null,
      choices.length ? drawChoices(reply, choices) : null,
      ["answer", "trials", "trial"].includes(reply.kind) && reply.id ? drawFeedback(reply, w) : null,
    );
  }

  // ---------------------------------------------------------------------------- the conversation

  const transcript = []; // {mine, lang, lines}, for reading, printing and saving; in memory only
  let busy = false;
  let failed = null; // the turn that did not get through, with its notice
  let run = 0; // rises when the chat is deleted, so that a late answer is dropped

  const off = (button) => button.getAttribute("aria-disabled") === "true";

  function setBusy(on, text) {
    busy = on;
    $("status").textContent = on ? text : "";
    $("status").classList.toggle("on", on);
    for (const button of document.querySelectorAll("#send, #language, .again, .choice:not([data-used])")) {
      if (on) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  /** Bring an entry's start to the top of what is visible, without moving the page around us. */
  function reveal(node) {
    const scroller = log.scrollHeight > log.clientHeight + 1 ? log : document.scrollingElement;
    const top = scroller === log ? log.getBoundingClientRect().top : 0;
    scroller.scrollTop += node.getBoundingClientRect().top - top - 12;
  }

  function addMine(text) {
    transcript.push({ mine: true, lang: t.lang, lines: [text] });
    const bubble = el("div", { class: "mine", lang: t.lang }, hidden(`${t.you} `), el("p", { dir: "auto" }, text));
    log.append(bubble);
    reveal(bubble);
    return bubble;
  }

  /** One turn's Replies, added at once so that they are announced once. */
  function addReplies(replies, from) {
    const turn = el("div", { class: "turn" });
    for (const reply of list(replies)) {
      turn.append(drawReply(reply));
      const lines = words(reply.text).split("\n");
      for (const source of list(reply.sources)) lines.push([source.title, source.publisher, source.url].filter(Boolean).join(", "));
      transcript.push({ mine: false, lang: words(reply.locale) || t.lang, lines });
    }
    log.append(turn);
    reveal(from && from.offsetHeight < log.clientHeight * 0.4 ? from : turn);
    return turn;
  }

  function addNote(text, className, ...children) {
    const note = el("div", { class: `notice ${className || ""}`, lang: t.lang }, el("p", null, ...rich(text, true)), ...children);
    log.append(note);
    reveal(note);
    return note;
  }

  const againButton = (action) =>
    el("button", { type: "button", class: "again", onclick: (event) => { if (!off(event.currentTarget)) action(); } }, t.again);

  /** Open a session and show its greeting; if that fails, say so and offer to try again. */
  async function begin() {
    const mine = run;
    setBusy(true, t.connecting);
    const answer = await insist(newSession);
    if (mine !== run) return;
    setBusy(false);
    if (answer.status === 201) return void addReplies(answer.data.messages);
    showHelp(true);
    const own = list(answer.data && answer.data.messages);
    const note = own.length ? addReplies(own) : addNote(t.closed, "failed");
    note.append(againButton(() => { note.remove(); box.focus(); begin(); }));
  }

  function submit() {
    const text = box.value;
    if (busy || !text.trim()) return void box.focus();
    const over = [...text].length - MAX_CHARACTERS;
    if (over > 0) {
      $("status").textContent = t.over(over);
      return void box.focus();
    }
    if (failed && failed.turn.text === text) return void retry();
    box.value = "";
    fitBox();
    ask({ text, typed: true });
  }

  /** A new turn of the patient's: typed text, or one of the offered choices. */
  function ask(turn) {
    if (failed) failed.settle();
    turn.id = newId();
    turn.bubble = addMine(turn.text);
    for (const button of turn.used || []) { button.dataset.used = ""; button.setAttribute("aria-disabled", "true"); }
    deliver(turn);
  }

  function retry() {
    const { turn } = failed;
    failed.settle();
    turn.bubble.classList.remove("unsent");
    box.focus();
    deliver(turn);
  }

  async function deliver(turn) {
    const mine = run;
    setBusy(true, t.waiting);
    const answer = await insist(() => attempt(turn));
    if (mine !== run) return;
    setBusy(false);
    const replies = list(answer.data && answer.data.messages);
    if (answer.status !== 200 || !replies.length) return void fail(turn, answer.status, replies);
    if (turn.restored && box.value === turn.text) { box.value = ""; fitBox(); }
    addReplies(replies, turn.bubble);
  }

  /** One sending of a turn. A session that ended meanwhile is replaced once, out of sight. */
  async function attempt(turn) {
    for (let renewed = false; ; renewed = true) {
      if (!session) {
        const opened = await newSession();
        if (opened.status !== 201) return opened;
      }
      // In another session the choice was never offered: its title says the same as text.
      const body = turn.choice && turn.epoch === epoch ? { choice: turn.choice } : { text: turn.text };
      const answer = await call("POST", "message", { id: turn.id, ...body }, session.token);
      if (answer.status !== 401 || renewed) return answer;
      remember(null);
    }
  }

  function fail(turn, status, replies) {
    const again = status === 0 || status === 401 || status === 429 || status >= 500 || status === 200;
    turn.bubble.classList.add("unsent");
    const mark = el("p", { class: "undelivered" }, t.notSent);
    turn.bubble.append(mark);
    for (const button of turn.used || []) { delete button.dataset.used; button.removeAttribute("aria-disabled"); }
    if (turn.typed && (!box.value.trim() || box.value === turn.text)) {
      box.value = turn.text;
      turn.restored = true;
      fitBox();
    }
    const note = replies.length ? addReplies(replies, turn.bubble) : addNote(t.unsent, "failed");
    note.id = "failed";
    if (again) note.append(againButton(retry));
    box.setAttribute("aria-describedby", "failed hint count");
    showHelp(true);
    reveal(turn.bubble.offsetHeight < log.clientHeight * 0.4 ? turn.bubble : note);
    failed = {
      turn,
      settle() {
        failed = null;
        mark.remove();
        note.remove();
        box.setAttribute("aria-describedby", "hint count");
      },
    };
  }

  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16)); // a page served over plain http
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    return [...b].map((byte, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
  };

  /** Choices and feedback of a session that is over. */
  function retire() {
    for (const button of log.querySelectorAll(".choice")) { button.dataset.used = ""; button.setAttribute("aria-disabled", "true"); }
    for (const area of log.querySelectorAll(".feedback")) area.remove();
  }

  // ---------------------------------------------------------------------------- the shell around it

  function fitBox() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
    const length = [...box.value].length;
    const over = length - MAX_CHARACTERS;
    $("count").textContent = over > 0 ? t.over(over) : length >= COUNT_FROM ? t.left(-over) : "";
    $("count").classList.toggle("over", over > 0);
    if (over > 0) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }

  function speak(w) {
    t = w;
    document.documentElement.lang = w.lang;
    document.title = w.title;
    for (const node of document.querySelectorAll("[data-t]")) {
      node.textContent = w[node.dataset.t];
    }
    $("language").textContent = w.other;
    $("language").lang = w.otherLang;
    fitBox();
  }

  async function switchLanguage() {
    if (busy) return;
    const old = session;
    speak(WORDS[t.otherLang]); // at once, and whether or not the server answers
    remember(null);
    retire();
    await begin();
    if (old) call("DELETE", "session", null, old.token); // else it would outlive "Delete this chat"
  }

  function showHelp(on) {
    $("help").hidden = !on;
    $("help-button").setAttribute("aria-expanded", String(on));
  }
  function showMenu(on) {
    $("menu").hidden = !on;
    $("menu-button").setAttribute("aria-expanded", String(on));
  }

  async function deleteChat() {
    const yes = $("confirm-yes");
    if (off(yes)) return;
    yes.setAttribute("aria-disabled", "true");
    $("confirm-error").textContent = "";
    const { status } = session ? await insist(() => call("DELETE", "session", null, session.token)) : { status: 204 };
    yes.removeAttribute("aria-disabled");
    if (status !== 204 && status !== 401) {
      $("confirm-error").textContent = t.eraseFailed;
      return;
    }
    run += 1;
    failed = null;
    remember(null);
    transcript.length = 0;
    log.replaceChildren();
    box.value = "";
    box.setAttribute("aria-describedby", "hint count");
    fitBox();
    showHelp(false);
    $("confirm").close();
    box.focus();
    addNote(t.erased);
    begin();
  }

  function openReader() {
    const page = $("transcript");
    page.replaceChildren();
    let plain = `${t.title}\n${t.readNote}\n`;
    for (const { mine, lang, lines } of transcript) {
      const who = mine ? t.youShort : t.guideShort;
      page.append(el("h3", null, who), ...lines.filter((line) => line.trim()).map((line) => el("p", { lang, dir: "auto" }, line)));
      plain += `\n${who}:\n${lines.join("\n")}\n`;
    }
    const save = $("save");
    URL.revokeObjectURL(save.href);
    save.href = URL.createObjectURL(new Blob([plain], { type: "text/plain;charset=utf-8" }));
    save.download = `car-t-guide-${new Date().toISOString().slice(0, 10)}.txt`;
    $("reader").showModal();
    $("reader-title").focus();
  }

  // The page around the frame: it says hello, we answer to that very origin and to no other.
  let hostOrigin = null;
  const framed = window.parent !== window;
  const tellHost = (type) => {
    if (hostOrigin) window.parent.postMessage({ source: "cartographer-chat", type }, hostOrigin);
  };
  window.addEventListener("message", ({ source, origin, data }) => {
    if (!framed || source !== window.parent || origin === "null") return;
    if (typeof data !== "object" || data === null || data.source !== "cartographer-host") return;
    if (hostOrigin && origin !== hostOrigin) return;
    if (data.type !== "hello" && data.type !== "open") return;
    hostOrigin = origin;
    tellHost("ready");
    // On a touch screen the heading, so that the keyboard does not cover the greeting.
    if (data.type === "open") (matchMedia("(pointer: coarse)").matches ? $("title") : box).focus();
  });

  const on = (id, type, action) => $(id).addEventListener(type, action);
  on("send", "click", () => { if (!off($("send"))) submit(); });
  on("text", "input", fitBox);
  on("text", "keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  on("language", "click", switchLanguage);
  on("help-button", "click", () => showHelp($("help").hidden));
  on("menu-button", "click", () => showMenu($("menu").hidden));
  on("close", "click", () => tellHost("close"));
  on("read", "click", () => { showMenu(false); $("menu-button").focus(); openReader(); });
  on("delete", "click", () => { showMenu(false); $("menu-button").focus(); $("confirm-error").textContent = ""; $("confirm").showModal(); });
  on("confirm-no", "click", () => $("confirm").close());
  on("confirm-yes", "click", deleteChat);
  on("print", "click", () => window.print());
  on("reader-close", "click", () => $("reader").close());
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#menu, #menu-button")) showMenu(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
    if (!$("menu").hidden) {
      showMenu(false);
      $("menu-button").focus();
    } else tellHost("close");
  });
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of opened) details.open = false; });

  $("close").hidden = !framed;
  const kept = recall();
  speak((kept && WORDS[kept.locale]) || t);
  showHelp(false);
  if (kept) {
    remember(kept);
    addNote(t.back);
  } else begin();
})();
