/*
 * The chat inside the frame. Whatever comes from the server, the registry or the patient becomes
 * text nodes, and links only where an address parses as https:, tel: or mailto:. Session storage
 * holds the token and the language, never a word of the conversation.
 */
(() => {
  "use strict";

  const MAX_CHARACTERS = 2000; // Unicode code points, as the server counts
  const COUNT_FROM = 1800;
  const TIMEOUT_MS = 15000; // the server gives up at 8 s

  // -- words

  const WORDS = {
    en: {
      lang: "en", dates: "en-GB", other: "Español", otherLang: "es",
      title: "CAR-T trials guide",
      bot: "Automated, not a doctor",
      menu: "Menu", close: "Close", help: "Emergency?",
      helpTitle: "Get help now",
      danger: "Life in danger? Call your local emergency number now. If you have had CAR-T, tell them.",
      eu: "EU", uk: "UK", us: "US",
      crisis: "In a crisis? Talk to someone now.",
      usCrisis: "US, call or text", ukCrisis: "Samaritans, UK and Ireland",
      label: "Your question", send: "Send",
      hint: "Please do not type names, numbers or addresses.",
      over: (n) => `${n} characters too many. Please make it shorter.`,
      you: "You said:", guide: "Assistant said:",
      connecting: "Opening the guide…", waiting: "Looking that up…",
      back: "You are back in the same chat. For your privacy this page does not keep what was said before. Just go on asking.",
      closed: "The guide cannot be reached right now. If this is an emergency, don't wait: call 112, 999 or 911.",
      unsent: "Your message was not sent. It is still here, nothing is lost. If this is an emergency, don't wait: call 112, 999 or 911.",
      notSent: "Not sent", again: "Try again",
      read: "Read, print or save this chat", erase: "Delete this chat", about: "About this guide",
      eraseTitle: "Delete this chat?",
      eraseText: "Everything in it is removed from our server too. This cannot be undone.",
      keep: "Keep it", eraseYes: "Delete",
      eraseFailed: "It could not be deleted just now. Please try again.",
      erased: "Your chat was deleted. This is a new one.",
      readTitle: "This chat as plain text",
      readNote: "General information from an automated guide, not medical advice.",
      print: "Print", save: "Save as text",
      newTab: "(opens in a new tab)",
      evidence: "Evidence:", sources: (n) => `Sources (${n})`,
      checkedOn: (day) => `Checked ${day}.`,
      draft: "Not yet reviewed by a clinician.",
      reviewed: (by, day) => `Reviewed${by ? ` by ${by}` : ""}${day ? ` on ${day}` : ""}.`,
      live: (when) => `Checked with ClinicalTrials.gov on ${when}.`,
      old: (when) => `Recorded or older data from ${when}.`,
      phase: "Phase", early: "Early phase",
      nearest: "Nearest site", sites: (n) => (n === 1 ? "1 site" : `${n} sites`),
      who: "Who", sponsor: "Run by", contact: "Contact", registry: "Registry", updated: "updated",
      between: (a, b) => `Ages ${a} to ${b}`, from: (a) => `Age ${a} and over`, upTo: (b) => `Up to age ${b}`,
      allAges: "All ages", months: "months", FEMALE: "women only", MALE: "men only",
      helpful: "Was this helpful?", yes: "Yes", no: "No", thanks: "Thank you.",
      why: "What was wrong? (you may leave this out; no names please)",
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
      menu: "Menú", close: "Cerrar", help: "¿Emergencia?",
      helpTitle: "Pide ayuda ahora",
      danger: "¿Peligra la vida? Llama ahora a tu número de emergencias. Si te han dado CAR-T, dilo.",
      eu: "UE", uk: "Reino Unido", us: "EE. UU.",
      crisis: "¿Estás en crisis? Habla con alguien ahora.",
      usCrisis: "EE. UU., llamada o mensaje", ukCrisis: "Samaritans, Reino Unido e Irlanda",
      label: "Tu pregunta", send: "Enviar",
      hint: "No escribas nombres, números ni direcciones.",
      over: (n) => `Sobran ${n} caracteres. Acorta el mensaje.`,
      you: "Has dicho:", guide: "El asistente ha dicho:",
      connecting: "Abriendo la guía…", waiting: "Lo estoy buscando…",
      back: "Sigues en la misma conversación. Por tu privacidad, esta página no guarda lo que se dijo antes. Puedes seguir preguntando.",
      closed: "Ahora no se puede abrir la guía. Si es una emergencia, no esperes: llama al 112, 999 o 911.",
      unsent: "Tu mensaje no se ha enviado. Sigue aquí, no se ha perdido nada. Si es una emergencia, no esperes: llama al 112, 999 o 911.",
      notSent: "Sin enviar", again: "Intentar de nuevo",
      read: "Leer, imprimir o guardar este chat", erase: "Borrar este chat", about: "Acerca de esta guía",
      eraseTitle: "¿Borrar este chat?",
      eraseText: "Todo lo que contiene se borra también de nuestro servidor. No se puede deshacer.",
      keep: "Conservarlo", eraseYes: "Borrar",
      eraseFailed: "Ahora no se ha podido borrar. Inténtalo de nuevo.",
      erased: "Tu chat se ha borrado. Este es uno nuevo.",
      readTitle: "Este chat como texto",
      readNote: "Información general de una guía automática, no consejo médico.",
      print: "Imprimir", save: "Guardar como texto",
      newTab: "(se abre en otra pestaña)",
      evidence: "Evidencia:", sources: (n) => `Fuentes (${n})`,
      checkedOn: (day) => `Comprobado el ${day}.`,
      draft: "Aún no lo ha revisado un profesional sanitario.",
      reviewed: (by, day) => `Revisado${by ? ` por ${by}` : ""}${day ? ` el ${day}` : ""}.`,
      live: (when) => `Consultado en ClinicalTrials.gov el ${when}.`,
      old: (when) => `Datos grabados o antiguos, del ${when}.`,
      phase: "Fase", early: "Fase inicial",
      nearest: "Centro más cercano", sites: (n) => (n === 1 ? "1 centro" : `${n} centros`),
      who: "Quién", sponsor: "Lo dirige", contact: "Contacto", registry: "Registro", updated: "actualizado el",
      between: (a, b) => `De ${a} a ${b} años`, from: (a) => `Desde ${a} años`, upTo: (b) => `Hasta ${b} años`,
      allAges: "Todas las edades", months: "meses", FEMALE: "solo mujeres", MALE: "solo hombres",
      helpful: "¿Te ha servido?", yes: "Sí", no: "No", thanks: "Gracias.",
      why: "¿Qué estaba mal? (es opcional; sin nombres, por favor)",
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
  let t = query.get("locale") === "es" ? WORDS.es : WORDS.en;

  // -- small helpers

  const $ = (id) => document.getElementById(id);
  const log = $("log");
  const box = $("text");

  /** An element; a function among the attributes listens for clicks, null children are left out. */
  function el(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") node.addEventListener("click", value);
      else if (value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }
  const unseen = (text) => el("span", { class: "hide", dir: "auto" }, text);
  const fine = (text) => el("p", { class: "fine", dir: "auto" }, text);
  const english = (text) => el("span", { lang: "en", dir: "auto" }, text); // the registry's own words
  const words = (value) => (typeof value === "string" ? value : "");
  const list = (value) => (Array.isArray(value) ? value.filter((item) => item && typeof item === "object") : []);
  const off = (button) => button.getAttribute("aria-disabled") === "true";
  const setOff = (button, on) => (on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled"));

  /** A link, or the bare text of an address that we do not open. */
  function link(address, text, lang) {
    let url;
    try { url = new URL(address); } catch { return text; }
    if (!["https:", "tel:", "mailto:"].includes(url.protocol)) return text;
    const page = url.protocol === "https:";
    return el("a", { href: url.href, rel: "noopener noreferrer", target: "_blank", class: page ? "out" : null, lang },
      text, page ? unseen(` ${t.newTab}`) : null);
  }
  const dial = (number) => `tel:${number.replace(/[^\d+]/g, "")}`;

  const ADDRESS = /https:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)\]]/g;
  const TELEPHONE =
    /(^|[^\d.,:/+-])((?:116[ \u00a0]?123|911|999|112|988|111|000|024|061)(?![ -]?\d)|\(?\+?\d[\d) -]{7,16}\d)(?![\d%°]|[.,:]\d)/g;

  /** Text with its addresses and, where asked, its telephone numbers as links. */
  function rich(text, telephones) {
    const spans = [];
    for (const m of text.matchAll(/CAR-T/g)) spans.push([m.index, m[0]]);
    for (const m of text.matchAll(ADDRESS)) spans.push([m.index, m[0], m[0]]);
    for (const m of telephones ? text.matchAll(TELEPHONE) : []) {
      if (m[2].length < 8 || m[2].replace(/\D/g, "").length > 8) spans.push([m.index + m[1].length, m[2], dial(m[2])]);
    }
    const nodes = [];
    let at = 0;
    for (const [start, shown, address] of spans.sort((a, b) => a[0] - b[0])) {
      if (start < at) continue;
      nodes.push(text.slice(at, start), address ? link(address, shown) : el("span", { class: "whole" }, shown));
      at = start + shown.length;
    }
    return [...nodes, text.slice(at)];
  }

  function day(iso, w, clock) {
    const [known, month, date] = /^\d{4}(-\d\d)?(-\d\d)?/.exec(words(iso)) || [];
    const moment = new Date(iso);
    if (!known || Number.isNaN(+moment)) return words(iso);
    const format = { year: "numeric", month: month && "long", day: date && "numeric", timeZone: "UTC" };
    const text = moment.toLocaleDateString(w.dates, format);
    return clock ? `${text}, ${moment.toISOString().slice(11, 16)} UTC` : text;
  }

  // -- session and calls

  const KEY = `cartographer:${clinic}`;
  let session = null; // {token, expires_at, locale}
  let epoch = 0; // rises with each session: a choice or a verdict belongs to one

  function remember(value) {
    session = value;
    try {
      if (value) sessionStorage.setItem(KEY, JSON.stringify(value));
      else sessionStorage.removeItem(KEY);
    } catch { /* storage is blocked: the session lasts as long as the page */ }
  }
  function recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY));
      return kept && words(kept.token) && Date.parse(kept.expires_at) > Date.now() ? kept : null;
    } catch { return null; }
  }

  /** One call: {status, data}, with status 0 when no answer came. */
  async function call(method, path, body, token) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
      const answer = await fetch(`webhooks/web/${path}`, {
        method, credentials: "omit", cache: "no-store", redirect: "error", signal: stop.signal,
        headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
        body: body && JSON.stringify(body),
      });
      return { status: answer.status, data: await answer.json().catch(() => null) };
    } catch {
      return { status: 0, data: null };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Again, a little later, where the network or the server failed for a moment. */
  async function insist(attempt) {
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt();
      const passing = answer.status ? answer.status >= 500 && tries < 2 : tries < 3;
      if (!passing || navigator.onLine === false) return answer;
      await new Promise((resolve) => setTimeout(resolve, 800 * tries));
    }
  }

  async function newSession() {
    const answer = await call("POST", "session", { clinic, locale: t.lang });
    if (answer.status === 201 && answer.data) {
      epoch += 1;
      remember({ token: answer.data.token, expires_at: answer.data.expires_at, locale: t.lang });
    }
    return answer;
  }

  // -- drawing a Reply

  const NUMBERS_MATTER = /^(safety|fallback|warning_signs|symptom_question|emotional_support)$/;
  const SAID_BY_LISTING = /^(Checked with|Consultado en) ClinicalTrials\.gov /;

  /** The text as paragraphs and real lists; the cards stand where it lists the trials. */
  function drawText(reply, cards) {
    const telephones = NUMBERS_MATTER.test(reply.kind) || NUMBERS_MATTER.test(reply.topic);
    const body = el("div", { class: "text" });
    let items = null;
    for (const line of words(reply.text).split("\n").map((raw) => raw.trim())) {
      const [item, bullet, said] = /^(?:([-•])|\d{1,2}[.)])\s+(.*)/.exec(line) || [];
      if (cards && /^(- )?NCT\d+:/.test(line)) {
        if (!cards.parentNode) body.append(cards);
      } else if (item) {
        const tag = bullet ? "ul" : "ol";
        if (!items || items.localName !== tag) body.append((items = el(tag)));
        items.append(el("li", { dir: "auto" }, ...rich(said, telephones)));
      } else {
        items = null;
        if (!line || (reply.listing && SAID_BY_LISTING.test(line))) continue;
        const more = line.replace(reply.experimental || "", "").replace(reply.specialist?.text || "", "").trim();
        body.append(el("p", { dir: "auto", class: more ? null : "note" }, ...rich(line, telephones)));
      }
    }
    if (cards && !cards.parentNode) body.append(cards);
    return body;
  }

  function ages({ min_age_years: min, max_age_years: max, sex }, w) {
    const shown = (years) => (years < 2 && years % 1 ? `${Math.round(years * 12)} ${w.months}` : years);
    const text = min == null ? (max == null ? w.allAges : w.upTo(shown(max)))
      : max == null ? w.from(shown(min)) : w.between(shown(min), shown(max));
    return /^(FE)?MALE$/.test(sex) ? `${text}, ${w[sex]}` : text;
  }

  function phases(codes, w) {
    const known = (Array.isArray(codes) ? codes : []).map((code) => /^(EARLY_)?PHASE(\d)$/.exec(code)).filter(Boolean);
    return known.length ? `${known[0][1] ? w.early : w.phase} ${known.map((m) => m[2]).join("/")}` : null;
  }

  function drawTrial(trial, w) {
    const facts = el("dl");
    const fact = (name, ...value) => facts.append(el("div", null, el("dt", null, name), el("dd", null, ...value)));
    const site = trial.nearest_site;
    if (site) {
      const km = site.distance_km;
      const whole = (length) => Math.max(1, Math.round(length)).toLocaleString(w.dates);
      fact(w.nearest, english([site.facility, site.city, site.country].filter(Boolean).join(", ")), " ",
        km >= 0 ? el("strong", { class: "whole" }, `${whole(km)} km (${whole(km / 1.609)} mi)`) : null,
        trial.site_count > 1 ? ` · ${w.sites(trial.site_count)}` : null);
    }
    fact(w.who, ages(trial, w));
    if (trial.sponsor) fact(w.sponsor, english(trial.sponsor));
    const { name, phone, email } = trial.contact || {};
    if (phone || email) {
      const mail = /^[^\s@?&,;:]+@[^\s@?&,;:]+$/.test(email) ? link(`mailto:${email}`, email) : email;
      fact(w.contact, el("ul", null, ...[name && english(name), phone && link(dial(phone.split(/ext|x/i)[0]), phone), mail]
        .filter(Boolean).map((way) => el("li", null, way))));
    }
    const term = words(trial.status).toLowerCase().replace(/_/g, " ");
    fact(w.registry, link(trial.url, words(trial.nct_id)), " ", english(term), trial.last_update ? `, ${w.updated} ${day(trial.last_update, w)}` : null);
    return el("li", { class: "trial" },
      el("p", { class: "state" },
        el("span", { class: trial.status === "RECRUITING" ? "pill open" : "pill" }, words(w.status[trial.status]) || term),
        phases(trial.phases, w)),
      el("h2", { lang: "en", dir: "auto" }, words(trial.title)),
      facts);
  }

  function drawSources(sources, w) {
    return el("details", null, el("summary", null, w.sources(sources.length)), el("ol", null, ...sources.map((source) =>
      el("li", { dir: "auto" }, link(source.url, words(source.title) || words(source.url), "en"),
        fine([words(source.publisher), source.date !== "undated" && day(source.date, w)].filter(Boolean).join(", "))))));
  }

  function drawChoices(reply, choices) {
    const mine = epoch;
    const buttons = choices.map((choice) => {
      const button = el("button", {
        class: "choice", dir: "auto", "aria-disabled": busy ? "true" : null,
        onclick() {
          if (off(button)) return;
          ask({ text: words(choice.title), choice: choice.value, epoch: mine, used: reply.kind === "question" ? buttons : [button] });
        },
      }, words(choice.title));
      return button;
    });
    return el("ul", { class: "choices" }, ...buttons.map((button) => el("li", null, button)));
  }

  function drawFeedback(reply, w) {
    const { token } = session || {};
    const post = async (body) => (await call("POST", "feedback", { id: reply.id, ...body }, token)).status === 204;
    const button = (text, action) => el("button", { action }, text);
    const area = el("div", { class: "feedback", role: "group", "aria-label": w.helpful }, w.helpful,
      button(w.yes, async () => { if (await post({ helpful: true })) finish(); }),
      button(w.no, async () => {
        if (!(await post({ helpful: false }))) return;
        const why = el("input", { maxlength: 500, autocomplete: "off" });
        area.replaceChildren(el("label", null, w.why, why), button(w.send, async () => {
          if (!why.value.trim() || (await post({ helpful: false, why: why.value }))) finish();
        }));
        why.focus();
      }));
    function finish() {
      const thanks = el("p", { tabindex: -1 }, w.thanks);
      area.replaceChildren(thanks);
      thanks.focus();
    }
    return area;
  }

  /** What few replies have is drawn by a file of its own, fetched with the first of them. */
  let extras = null;
  async function prepare(replies) {
    if (replies.some((reply) => reply.criteria || reply.sheet)) extras ??= await import("./fit.js").catch(() => null);
  }

  function drawReply(reply) {
    const locale = /^[a-z]{2,3}(-\w{2,8})*$/.test(words(reply.locale)) ? reply.locale : t.lang;
    const w = locale === "es" ? WORDS.es : t; // English may stand in for a language without content
    const { listing, review } = reply;
    const trials = list(reply.trials);
    const criteria = list(reply.criteria);
    const sources = list(reply.sources);
    const choices = list(reply.choices);
    const label = words(reply.evidence?.label);
    const safety = reply.kind === "safety";
    const checked = [
      reply.as_of && w.checkedOn(day(reply.as_of, w)),
      review?.status === "draft" && w.draft,
      review?.status === "reviewed" && w.reviewed(words(review.by), day(review.on, w)),
    ].filter(Boolean).join(" ");
    return el("div", { class: safety ? "reply safety" : "reply", lang: locale, role: safety ? "alert" : null },
      unseen(`${t.guide} `),
      label ? el("p", { class: "evidence" }, el("span", { lang: w.lang }, w.evidence), ` ${label}`) : null,
      drawText(reply, trials.length ? el("ul", { class: "trials", lang: w.lang }, ...trials.map((trial) => drawTrial(trial, w))) : null),
      el("div", { class: "after", lang: w.lang },
        listing ? fine((listing.live ? w.live : w.old)(day(listing.checked_at, w, true))) : null,
        extras && criteria.length ? extras.drawCriteria(criteria, reply.text, w.lang, { el, fine }) : null,
        checked ? fine(checked) : null,
        sources.length ? drawSources(sources, w) : null),
      extras && reply.sheet ? extras.drawSheet(reply.sheet, w.lang, session?.token, { el }) : null,
      choices.length ? drawChoices(reply, choices) : null,
      ["answer", "trials", "trial"].includes(reply.kind) && reply.id ? drawFeedback(reply, w) : null);
  }

  // -- the conversation

  const transcript = []; // {who, lang, lines}: to read, print and save; in memory only
  let busy = false;
  let failed = null;
  let run = 0; // rises when the chat is deleted: an answer to the old one is dropped

  function setBusy(text) {
    busy = Boolean(text);
    $("status").textContent = text;
    $("status").className = busy ? "on" : "";
    for (const button of document.querySelectorAll("#send, #language, .again, .choice:not([data-used])")) setOff(button, busy);
  }

  /** Bring an entry to the top of what is visible, without moving the page around the frame. */
  function reveal(node) {
    const scroller = log.scrollHeight > log.clientHeight + 1 ? log : document.scrollingElement;
    const top = scroller === log ? log.getBoundingClientRect().top : $("help-button").getBoundingClientRect().bottom;
    scroller.scrollTop += node.getBoundingClientRect().top - top - 12;
  }

  function addMine(text) {
    transcript.push({ who: t.you, lang: t.lang, lines: [text] });
    const bubble = el("div", { class: "mine", lang: t.lang }, unseen(`${t.you} `), el("p", { dir: "auto" }, text));
    log.append(bubble);
    reveal(bubble);
    return bubble;
  }

  /** One turn's Replies, added at once so that they are announced once. */
  function addReplies(replies, question) {
    const turn = el("div", { class: "turn" }, ...replies.map(drawReply));
    for (const reply of replies) {
      const lines = words(reply.text).split("\n");
      for (const source of list(reply.sources)) lines.push(`${words(source.title)}: ${words(source.url)}`);
      transcript.push({ who: t.guide, lang: words(reply.locale), lines });
    }
    log.append(turn);
    reveal(question && question.offsetHeight < 200 ? question : turn);
    return turn;
  }

  function addNote(text) {
    const note = el("div", { class: "notice", lang: t.lang }, el("p", null, ...rich(text, true)));
    log.append(note);
    reveal(note);
    return note;
  }

  /** What went wrong, in the server's words or ours, with the numbers that need no server. */
  function addFailure(replies, text, again) {
    showPart("help", true);
    const note = replies.length ? addReplies(replies) : addNote(text);
    note.classList.add("failed");
    note.id = "failed";
    if (again) {
      note.append(el("button", {
        class: "again",
        onclick: ({ currentTarget: button }) => { if (!off(button)) { box.focus(); again(); } },
      }, t.again));
    }
    reveal(note);
    return note;
  }

  async function begin() {
    const mine = run;
    setBusy(t.connecting);
    const { status, data } = await insist(newSession);
    if (mine !== run) return;
    setBusy("");
    if (status === 201) return void addReplies(list(data.messages));
    const note = addFailure(list(data?.messages), t.closed, () => { note.remove(); begin(); });
  }

  function submit() {
    const text = box.value;
    if (busy || !text.trim()) return void box.focus();
    if (box.hasAttribute("aria-invalid")) {
      $("status").textContent = $("count").textContent;
    } else if (failed?.turn.text === text) {
      retry();
    } else {
      box.value = "";
      fitBox();
      ask({ text, typed: true });
    }
  }

  function ask(turn) {
    if (failed) failed.settle();
    turn.id = newId();
    turn.bubble = addMine(turn.text);
    for (const button of turn.used || []) { button.dataset.used = ""; setOff(button, true); }
    deliver(turn);
  }

  function retry() {
    const { turn } = failed;
    failed.settle();
    turn.bubble.classList.remove("unsent");
    deliver(turn);
  }

  async function deliver(turn) {
    const mine = run;
    setBusy(t.waiting);
    const { status, data } = await insist(() => attempt(turn));
    const replies = list(data?.messages);
    await prepare(replies);
    if (mine !== run) return;
    setBusy("");
    if (status !== 200 || !replies.length) return void fail(turn, status, replies);
    if (turn.restored && box.value === turn.text) { box.value = ""; fitBox(); }
    addReplies(replies, turn.bubble);
  }

  /** One sending of a turn. A session that has ended is replaced once, unseen. */
  async function attempt(turn) {
    for (let renewed = false; ; renewed = true) {
      if (!session) {
        const opened = await newSession();
        if (opened.status !== 201) return opened;
      }
      // Another session did not offer the choice; its title says the same in words.
      const body = turn.choice && turn.epoch === epoch ? { choice: turn.choice } : { text: turn.text };
      const answer = await call("POST", "message", { id: turn.id, ...body }, session.token);
      if (answer.status !== 401 || renewed) return answer;
      remember(null);
    }
  }

  function fail(turn, status, replies) {
    const mark = el("p", { class: "undelivered" }, t.notSent);
    turn.bubble.classList.add("unsent");
    turn.bubble.append(mark);
    for (const button of turn.used || []) { delete button.dataset.used; setOff(button, false); }
    if (turn.typed && (!box.value || box.value === turn.text)) {
      box.value = turn.text;
      turn.restored = true;
      fitBox();
    }
    const hopeless = status >= 400 && status < 500 && ![401, 429].includes(status);
    const note = addFailure(replies, t.unsent, hopeless ? null : retry);
    box.setAttribute("aria-describedby", "failed hint count");
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

  // Over plain http there is no randomUUID.
  const newId = () => crypto.randomUUID?.() || "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

  // -- the shell around it

  function fitBox() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
    const length = [...box.value].length;
    const over = length > MAX_CHARACTERS;
    $("count").className = over ? "over" : "";
    $("count").textContent = over ? t.over(length - MAX_CHARACTERS) : length < COUNT_FROM ? "" : `${length} / ${MAX_CHARACTERS}`;
    if (over) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }

  function speak(w) {
    t = w;
    document.documentElement.lang = w.lang;
    document.title = w.title;
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = w[node.dataset.t];
    $("language").textContent = w.other;
    $("language").lang = w.otherLang;
    $("about").href = `about?locale=${w.lang}`;
    fitBox();
  }

  async function switchLanguage() {
    if (busy) return;
    const old = session;
    speak(WORDS[t.otherLang]); // at once, whether or not the server answers
    remember(null);
    for (const button of log.querySelectorAll(".choice")) { button.dataset.used = ""; setOff(button, true); }
    for (const area of log.querySelectorAll(".feedback")) area.remove();
    await begin();
    if (old) call("DELETE", "session", null, old.token); // it would outlive "Delete this chat"
  }

  function showPart(id, on) {
    $(id).hidden = !on;
    $(`${id}-button`).setAttribute("aria-expanded", on);
  }

  async function deleteChat() {
    const { status } = session ? await insist(() => call("DELETE", "session", null, session.token)) : { status: 401 };
    if (status !== 204 && status !== 401) {
      $("confirm-error").textContent = t.eraseFailed;
      return;
    }
    run += 1;
    if (failed) failed.settle();
    remember(null);
    transcript.length = 0;
    log.replaceChildren();
    box.value = "";
    fitBox();
    $("confirm").close();
    showReader(false);
    box.focus();
    addNote(t.erased);
    begin();
  }

  function openReader() {
    let plain = `${t.title}\n${t.readNote}\n`;
    $("transcript").replaceChildren();
    for (const { who, lang, lines } of transcript) {
      $("transcript").append(el("h3", null, who), ...lines.filter(Boolean).map((line) => el("p", { lang, dir: "auto" }, line)));
      plain += `\n${who}\n${lines.join("\n")}\n`;
    }
    URL.revokeObjectURL($("save").href);
    $("save").href = URL.createObjectURL(new Blob([plain], { type: "text/plain" }));
    showReader(true);
    $("reader-title").focus();
  }

  function showReader(on) {
    $("reader").hidden = !on;
    $("chat").hidden = $("composer").hidden = on;
  }

  function closeReader() {
    showReader(false);
    $("menu-button").focus();
  }

  // The page around the frame says hello; we answer that very origin and no other.
  const framed = window.parent !== window;
  let host = null;
  const tellHost = (type) => { if (host) window.parent.postMessage({ source: "cartographer-chat", type }, host); };
  window.addEventListener("message", ({ source, origin, data }) => {
    if (!framed || source !== window.parent || origin === "null" || (host && origin !== host)) return;
    if (typeof data !== "object" || data === null || data.source !== "cartographer-host") return;
    if (data.type !== "hello" && data.type !== "open") return;
    host = origin;
    tellHost("ready");
    // On a touch screen the heading, so that no keyboard covers the greeting.
    if (data.type === "open") (matchMedia("(pointer: coarse)").matches ? $("title") : box).focus();
  });

  const onClick = (id, action) => $(id).addEventListener("click", action);
  const openDialog = (open) => () => { showPart("menu", false); $("menu-button").focus(); open(); };
  onClick("send", () => { if (!off($("send"))) submit(); });
  onClick("language", switchLanguage);
  onClick("help-button", () => showPart("help", $("help").hidden));
  onClick("menu-button", () => showPart("menu", $("menu").hidden));
  onClick("close", () => tellHost("close"));
  onClick("read", openDialog(openReader));
  onClick("delete", openDialog(() => { $("confirm-error").textContent = ""; $("confirm").showModal(); }));
  onClick("confirm-no", () => $("confirm").close());
  onClick("confirm-yes", deleteChat);
  onClick("print", () => window.print());
  onClick("reader-close", closeReader);
  box.addEventListener("input", fitBox);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  document.addEventListener("click", ({ target }) => { if (!target.closest("#menu, #menu-button")) showPart("menu", false); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
    if (!$("menu").hidden) {
      showPart("menu", false);
      $("menu-button").focus();
    } else if (!$("reader").hidden) closeReader();
    else tellHost("close");
  });
  window.addEventListener("beforeprint", () => { for (const details of document.querySelectorAll("details")) details.open = true; });

  $("close").hidden = !framed;
  const kept = recall();
  speak((kept && WORDS[kept.locale]) || t);
  showPart("help", false);
  if (kept) {
    remember(kept);
    addNote(t.back);
  } else begin();
})();
