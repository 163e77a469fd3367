import type { ArmName } from "../experiment/result.ts";

/** A colour for each arm there may be, on light and on dark: orange, blue, green, purple; then browns and greys. */
const armColours: Record<ArmName, { light: string; dark: string }> = {
  without: { light: "#b8500a", dark: "#f0a35c" },
  with: { light: "#0b62c4", dark: "#74b4ff" },
  "transfer-without": { light: "#a3337c", dark: "#f08ccb" },
  "transfer-with": { light: "#0a7a5c", dark: "#5fd3ae" },
  "gan-without": { light: "#8a6d00", dark: "#e0c04a" },
  "gan-with": { light: "#5b3fc4", dark: "#b5a2ff" },
  "transfer-gan-without": { light: "#8c2f2f", dark: "#ff9a8c" },
  "transfer-gan-with": { light: "#3d5a66", dark: "#a5c4d1" },
};

const variables = (theme: "light" | "dark") =>
  Object.entries(armColours)
    .map(([name, colour]) => `--arm-${name}:${colour[theme]};`)
    .join("");

/**
 * The report's style sheet. Orange and blue keep apart for every common kind of colour blindness and in both
 * themes; nothing is fetched: the fonts are the system's.
 */
export const style = `
:root{color-scheme:light dark;
--page:#f6f5f2;--surface:#fff;--ink:#1c1d20;--quiet:#63666d;--rule:#e3e1dc;
${variables("light")}
--right:11,98,196;--wrong:184,80,10;--good:#17713f;--bad:#a8321f}
@media (prefers-color-scheme:dark){:root{
--page:#131417;--surface:#1b1d21;--ink:#e9e8e4;--quiet:#9fa2a9;--rule:#31343a;
${variables("dark")}
--right:116,180,255;--wrong:240,163,92;--good:#6fd39b;--bad:#ff9a86}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main,header,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
section{background:var(--surface);border:1px solid var(--rule);border-radius:12px;padding:1.4rem 1.5rem;margin:1.25rem 0}
h1{font-size:clamp(1.5rem,1.1rem + 1.8vw,2.25rem);line-height:1.2;letter-spacing:-.015em;font-weight:680;margin:.3rem 0 .9rem;text-wrap:balance;max-width:46rem}
h2{font-size:1.2rem;line-height:1.3;letter-spacing:-.005em;font-weight:650;margin:0 0 .8rem}
h3{font-size:1rem;font-weight:650;margin:1.1rem 0 .35rem;display:flex;align-items:center;gap:.5rem}
h4{font-size:.875rem;font-weight:600;color:var(--quiet);margin:.9rem 0 .3rem}
h2+h3{margin-top:0}
.pair{padding:.35rem 0;border-top:1px solid var(--rule)}
.pair p{max-width:none;display:flex;flex-wrap:wrap;gap:.2rem .5rem;align-items:baseline}.pair .chip{margin-left:auto}
p{margin:.5rem 0;max-width:46rem}
.eyebrow{color:var(--quiet);font-size:.875rem;margin:0}
.lead{font-size:1.0625rem}
.quiet,.quiet a{color:var(--quiet)}
.small-print{font-size:.875rem}
.notice{border-left:3px solid var(--bad);padding-left:.8rem}
.swatch{display:inline-block;width:.75rem;height:.75rem;border-radius:3px;flex:none}
ul{margin:0;padding:0;list-style:none}
.measures{display:grid;gap:1.6rem}
.measure h3{margin:0 0 .5rem;justify-content:space-between;flex-wrap:wrap;gap:.2rem 1rem}
.chip{font-size:.8125rem;font-weight:600;border:1px solid currentColor;border-radius:99px;padding:.05rem .6rem;color:var(--quiet)}
.chip.better{color:var(--good)}.chip.worse{color:var(--bad)}
.bar{display:grid;grid-template-columns:minmax(7rem,12rem) 1fr 4.2rem;gap:.75rem;align-items:center;margin:.2rem 0}
.bar .track{height:.75rem;border-radius:3px;background:var(--rule);overflow:hidden}
.bar .fill{display:block;height:100%;border-radius:3px}
.bar .value{text-align:right;font-weight:600}
@media (max-width:32rem){.bar{grid-template-columns:1fr 4.2rem;gap:.15rem .75rem;margin-bottom:.6rem}.bar .track,.bar .strip{grid-column:1/-1;grid-row:2}figure svg{font-size:16px!important}figure svg .label.training{display:none}}
.strip{position:relative;height:1.1rem}
.strip::before{content:"";position:absolute;left:0;right:0;top:50%;border-top:1px solid var(--rule)}
.strip span{position:absolute}
.strip .band{top:calc(50% - .25rem);height:.5rem;border-radius:.2rem;background:var(--quiet);opacity:.55}
.strip .band.better{background:var(--good)}.strip .band.worse{background:var(--bad)}
.strip .zero{left:50%;top:0;bottom:0;border-left:1.5px solid var(--quiet)}
.strip .dot{top:calc(50% - .45rem);height:.9rem;width:3px;margin-left:-1.5px;border-radius:2px;background:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;font-size:.875rem;color:var(--quiet);margin-bottom:.6rem}
.legend li{display:flex;align-items:center;gap:.45rem}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1.25rem}
figure{margin:0;min-width:0}
figcaption{font-weight:650;font-size:.9375rem;margin-bottom:.2rem}
figure svg{display:block;width:100%;height:auto;max-width:36rem;overflow:visible}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline:2px solid var(--arm-with);outline-offset:2px}
table{border-collapse:collapse;font-size:.9rem;width:100%}
caption{text-align:left;padding:0 0 .5rem;font-size:.9375rem}
th{font-weight:600;text-align:left}
td,th{padding:.42rem .6rem;border-bottom:1px solid var(--rule);vertical-align:top}
td:first-child,th:first-child{padding-left:0}
thead th{color:var(--quiet);font-weight:500;vertical-align:bottom}
tbody tr:last-child>*{border-bottom:0}
.numbers td{text-align:right;white-space:nowrap}.numbers th[scope=row]{white-space:nowrap}.numbers thead th:not(:first-child){text-align:right}
.matrices{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.5rem 2rem}
.matrices>*{min-width:0}
.confusion{width:auto}
.confusion td,.confusion th{border:0;padding:.35rem .5rem}
.confusion th:first-child{padding-left:0}
.confusion thead th{font-size:.8125rem}
.confusion tbody td{text-align:center;min-width:3.2rem;border:2px solid var(--surface);border-radius:6px}
.confusion td.right{background:rgba(var(--right),calc(.06 + var(--share)*.5))}
.confusion td.wrong{background:rgba(var(--wrong),calc(var(--share)*.9 + .03))}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(7rem,1fr));gap:.9rem .8rem;margin-top:.6rem}
.tiles.small{grid-template-columns:repeat(auto-fill,minmax(5.4rem,1fr))}
.tiles li{min-width:0;font-size:.8125rem;line-height:1.35}
.tiles img,.gone{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:var(--page);border-radius:6px}
.gone{display:grid;place-items:center;color:var(--quiet);text-align:center}
.tiles .label{display:block;margin-top:.3rem}
.file{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.75rem}
details{margin-top:.9rem}
summary{cursor:pointer;font-weight:600;font-size:.9375rem}
details[open] summary{margin-bottom:.6rem}
dl{display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:.4rem 1rem;margin:0;font-size:.9375rem}
dt{color:var(--quiet)}dd{margin:0;min-width:0}
pre,code{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--page);border:1px solid var(--rule);border-radius:8px;padding:.8rem 1rem;margin:.6rem 0;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
footer{padding:0 1.25rem 3rem;color:var(--quiet);font-size:.875rem}
@media (max-width:32rem){main,header,footer{padding-left:.9rem;padding-right:.9rem}section{padding:1.1rem 1rem;border-radius:10px}dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.5rem}td,th{padding:.4rem .4rem}}
@media (min-width:48rem){.tiles,.tiles.small{grid-template-columns:repeat(6,1fr)}}
code{white-space:nowrap}pre code{white-space:inherit}
@media print{body{background:#fff}section{break-inside:avoid;border-color:#ccc}}
`;
