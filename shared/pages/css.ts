/** The rules of all pages. Colours are variables of the theme; lengths grow with the reader's font. */
export const rules = `*,*::before,*::after{box-sizing:border-box}
html{font:100%/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Open Sans",sans-serif;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;background:var(--page);color:var(--ink);overflow-wrap:anywhere}
.frame{max-width:27rem;margin:0 auto;padding:clamp(1.25rem,7vh,4.5rem) 1rem 2rem}
.frame.wide{max-width:46rem}
.brand{display:flex;align-items:center;gap:.6rem;margin:0 0 1.25rem .1rem;font-weight:600;letter-spacing:.005em}
.brand img{display:block;max-height:2.25rem;max-width:12rem}
.brand .mark{width:1.05rem;height:1.05rem;border:.24rem solid var(--accent);border-radius:50%;flex:none}
main{background:var(--paper);border:1px solid var(--line);border-radius:.9rem;padding:1.75rem 1.25rem;box-shadow:0 1px 2px rgb(0 0 0/.04),0 8px 28px rgb(0 0 0/.05)}
@media (min-width:30rem){main{padding:2.25rem}}
h1{font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:0 0 .75rem;text-wrap:balance}
@media (max-width:24rem){h1{font-size:1.3rem}}
h2{font-size:1.05rem;line-height:1.35;font-weight:650;margin:0 0 .35rem}
p,ul,dl{margin:0 0 1rem}
p:has(+ul){margin-bottom:.4rem}
main>:last-child,form>:last-child,fieldset>:last-child,section>:last-child,li>:last-child,.after>:last-child{margin-bottom:0}
.soft{color:var(--soft)}
.small{font-size:.9rem}
strong,bdi{font-weight:600}
.soft bdi,li .soft bdi{font-weight:inherit}
a{color:var(--accent);text-underline-offset:.18em}
a:hover{text-decoration-thickness:.12em}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;margin:0 0 1rem}
:focus-visible{outline:.19rem solid var(--accent);outline-offset:.16rem;border-radius:.3rem}
form{margin:0 0 1rem}
label{display:block;font-weight:600;margin:0 0 .35rem}
input[type=email],input[type=text]{display:block;width:100%;min-height:3rem;margin:0 0 1rem;padding:.6rem .8rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:.55rem}
input[aria-invalid=true]{border-color:var(--alarm);border-width:2px}
input.code{font:600 1.45rem/1.3 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.16em;text-align:center;text-transform:uppercase}
.hint{margin:-.6rem 0 1rem;color:var(--soft);font-size:.9rem}
button,.button{display:block;width:100%;min-height:3rem;padding:.6rem 1.1rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;color:var(--on-accent);background:var(--accent);border:1px solid transparent;border-radius:.55rem}
button:hover,.button:hover{filter:brightness(1.07)}
button.plain,.button.plain{color:var(--ink);background:var(--paper);border-color:var(--edge)}
button.plain:hover,.button.plain:hover{filter:none;background:var(--page)}
button.ink{color:var(--paper);background:var(--ink)}
button.link{display:inline;width:auto;min-height:1.5rem;padding:0;border:0;background:none;color:var(--accent);font-weight:inherit;text-decoration:underline;text-underline-offset:.18em}
button.small{width:auto;min-height:2.4rem;padding:.3rem .85rem;font-size:.9rem}
.pair{display:grid;gap:.7rem}
@media (min-width:24rem){.pair{grid-template-columns:1fr 1fr}}
.pair form{margin:0}
.stack{display:grid;gap:.7rem}
.or{display:flex;align-items:center;gap:.8rem;margin:1.35rem 0;color:var(--soft);font-size:.9rem}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.problem{border:1px solid var(--alarm);border-left-width:.3rem;border-radius:.4rem;padding:.65rem .85rem;background:var(--alarm-paper);color:var(--ink)}
.note,div.problem{margin:0 0 1rem}
.note>:last-child,.problem>:last-child{margin-bottom:0}
.note{border:1px solid var(--line);border-left:.3rem solid var(--edge);border-radius:.4rem;padding:.65rem .85rem}
.after{margin-top:1.35rem;padding-top:1.1rem;border-top:1px solid var(--line)}
.list{list-style:none;padding:0;border:1px solid var(--line);border-radius:.55rem}
.list>li{padding:.85rem 1rem}
.list>li+li{border-top:1px solid var(--line)}
.row{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;justify-content:space-between}
.row>:first-child{flex:1 1 14rem;min-width:0}
.row p,.row form{margin:0}
.choice{display:grid;grid-template-columns:auto 1fr;gap:0 .8rem;align-items:start;font-weight:400;margin:0;cursor:pointer}
.choice input{width:1.25rem;height:1.25rem;margin:.15rem 0 0;accent-color:var(--accent)}
fieldset{margin:0 0 1rem;padding:0;border:0;min-width:0}
legend{padding:0;margin:0 0 .5rem;font-weight:600}
dl{display:grid;gap:.15rem 1rem}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0 0 .6rem}
@media (min-width:30rem){dl{grid-template-columns:auto 1fr}dd{margin:0}}
section{margin:0 0 2rem}
.tag{display:inline-block;padding:.05rem .5rem;border:1px solid var(--edge);border-radius:1rem;font-size:.82rem;font-weight:600;white-space:nowrap}
.tag.alarm{border-color:var(--alarm);color:var(--alarm)}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.foot{margin:1.1rem .1rem 0;font-size:.85rem;color:var(--soft)}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){button,.button,.tag{border-color:currentColor}.brand .mark{border-color:currentColor}}
`;
