/*
 * The embed script of the CAR-T trials guide:
 *   <script src="https://HOST/widget.js" data-clinic="ID" data-locale="es" async></script>
 * Adds a launcher and, at its first opening, an iframe of HOST with the chat. A shadow root and the
 * top layer keep the page's CSS out of it and its own CSS in. No cookies, no storage, one origin.
 */
(() => {
  "use strict";

  const script = document.currentScript || document.querySelector('script[src*="widget.js"][data-clinic]');
  const once = Symbol.for("cartographer.widget");
  if (!script || window[once]) return;
  window[once] = true;

  const { clinic = "demo", locale = document.documentElement.lang } = script.dataset;
  const lang = /^es\b/i.test(locale) ? "es" : "en";
  const address = new URL("chat", script.src);
  address.search = new URLSearchParams({ clinic, locale: lang });
  const HOST = address.origin;

  const t = {
    en: {
      name: "CAR-T trials guide",
      down: "The guide cannot be reached right now. Please try again, or ask your clinic.",
      danger: "Life in danger? Call {112} (EU), {999} (UK), {911} (US) or your local number. If you have had CAR-T, tell them.",
      crisis: "In a crisis? Call {988} (US, or text) or {116 123} (Samaritans, UK and Ireland).",
      again: "Try again", close: "Close",
    },
    es: {
      name: "Guía de ensayos CAR-T",
      down: "Ahora no se puede abrir la guía. Inténtalo de nuevo o pregunta a tu clínica.",
      danger: "¿Peligra la vida? Llama al {112} (UE), {999} (Reino Unido), {911} (EE. UU.) o a tu número local. Si te han dado CAR-T, dilo.",
      crisis: "¿Estás en crisis? Llama al {988} (EE. UU., o mensaje) o al {116 123} (Samaritans, Reino Unido e Irlanda).",
      again: "Intentar de nuevo", close: "Cerrar",
    },
  }[lang];

  const small = "(max-width: 479.98px), (max-height: 479.98px)";
  const css = `
    :host {
      all: initial !important; display: block !important; position: fixed !important; inset: auto 0 0 auto !important;
      z-index: 2147483647 !important; color-scheme: light dark !important;
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    section { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    button {
      min-block-size: 44px; padding: 8px 18px; border: 2px solid; border-radius: 26px;
      background: #fff; color: #0d4a45; font: inherit; font-weight: 600; cursor: pointer;
    }
    .launcher {
      position: fixed; inset-block-end: 20px; inset-inline-end: 20px; display: flex; align-items: center; gap: 10px;
      min-block-size: 52px; max-inline-size: calc(100vw - 40px); border-color: #fff; background: #0d4a45; color: #fff;
      text-align: start; box-shadow: 0 4px 16px #0b1f1d55;
    }
    .launcher:hover { background: #093733; }
    svg { inline-size: 26px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .launcher path + path, [aria-expanded=true] path { display: none; }
    [aria-expanded=true] path + path { display: inline; }
    :focus-visible { outline: 3px solid #0b57d0; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .panel {
      position: fixed; inset-block-end: 88px; inset-inline-end: 20px; inline-size: 428px; block-size: min(740px, 100vh - 108px);
      overflow: hidden; border: 1px solid #0d4a45; border-radius: 16px; background: #f7f5f0; box-shadow: 0 8px 40px #0b1f1d55;
    }
    iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; }
    .down { block-size: 100%; overflow: auto; padding: 8px 24px; background: #fff; color: #1c2928; }
    .danger { padding: 14px 16px; border-inline-start: 5px solid #a3201a; background: #fdf0ee; }
    a { color: #8c1b15; font-weight: 700; }
    @media ${small} {
      .panel { inset: var(--top, 0) 0 auto; inline-size: 100%; block-size: var(--height, 100vh); border: 0; border-radius: 0; }
      [aria-expanded=true] { display: none; }
    }
    @media print { :host { display: none !important; } }`;

  const make = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const drawn = (tag, attribute, value, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    node.setAttribute(attribute, value);
    node.append(...children);
    return node;
  };
  /** A paragraph in which {numbers} become telephone links. */
  const paragraph = (text, className) =>
    make("p", { className }, ...text.split(/[{}]/).map((part, i) =>
      i % 2 ? make("a", { href: `tel:${part.replace(" ", "")}` }, part) : part));

  const icon = drawn("svg", "viewBox", "0 0 24 24",
    drawn("path", "d", "M4 5.5h16V16h-9l-4.5 3.5V16H4zM8 9.2h8M8 12.3h5"), drawn("path", "d", "M6 6l12 12M18 6 6 18"));
  icon.setAttribute("aria-hidden", "true");
  const launcher = make("button", { type: "button", className: "launcher" }, icon, t.name);
  const panel = make("div", { className: "panel" });
  const section = make("section", { lang, ariaLabel: t.name }, launcher, panel);
  const host = document.createElement("cartographer-guide");
  const root = host.attachShadow({ mode: "open" });
  root.append(section);
  try {
    const sheet = new CSSStyleSheet(); // unlike a <style>, allowed by the strictest style-src
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", {}, css));
  }

  let frame = null;
  let down = null; // the notice shown when the chat does not come up
  let timer = 0;

  const tell = (type) => frame.contentWindow.postMessage({ source: "cartographer-host", type }, HOST);

  function load() {
    if (frame) frame.remove();
    if (down) down.remove();
    down = null;
    frame = make("iframe", { title: t.name });
    // Same origin: the chat's storage and calls. Popups, outside the sandbox: sources and telephone
    // numbers, which open apart. Modals: printing. Downloads: the saved chat. Nothing else.
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox " +
      "allow-modals allow-downloads");
    frame.onload = () => {
      expect(2500); // a browser's own error page never answers
      greet();
    };
    expect(12000);
    frame.src = address;
    panel.append(frame);
  }

  function greet() {
    if (!panel.hidden) frame.focus();
    tell(panel.hidden ? "hello" : "open");
  }

  function expect(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      down = make("div", { className: "down", role: "alert" },
        paragraph(t.down), paragraph(t.danger, "danger"), paragraph(t.crisis),
        make("button", { type: "button", onclick: load }, t.again), " ",
        make("button", { type: "button", onclick: () => show(false) }, t.close));
      frame.hidden = true;
      panel.append(down);
    }, milliseconds);
  }

  function show(open) {
    panel.hidden = !open;
    launcher.setAttribute("aria-expanded", open);
    if (!open) launcher.focus();
    else if (frame) greet();
    else load();
    fit();
  }

  window.addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== HOST) return;
    if (typeof data !== "object" || data === null || data.source !== "cartographer-chat") return;
    if (data.type === "close" && !panel.hidden) show(false);
    if (data.type === "ready") {
      clearTimeout(timer);
      if (down) down.remove();
      down = null;
      frame.hidden = false;
    }
  });

  // Esc, from the launcher and, where the chat covers the whole page, from anywhere.
  document.addEventListener("keydown", (event) => {
    const ours = event.composedPath().includes(host) || matchMedia(small).matches;
    if (event.key === "Escape" && ours && !panel.hidden) show(false);
  });

  // A telephone's keyboard covers the lower part of the page: keep to what is left.
  const view = window.visualViewport;
  function fit() {
    if (!view || view.scale > 1.01) return;
    panel.style.setProperty("--height", `${view.height}px`);
    panel.style.setProperty("--top", `${view.offsetTop}px`);
  }
  for (const type of ["resize", "scroll"]) view?.addEventListener(type, fit);

  function mount() {
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    launcher.onclick = () => show(panel.hidden);
    document.body.append(host);
    // The top layer: above any z-index, free of the page's transforms and overflow.
    if (host.showPopover) { host.popover = "manual"; host.showPopover(); }
  }
  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount);
})();
