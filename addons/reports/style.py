"""The look of a report's page, light and dark as the reader's system says."""

STYLE = """
:root{--bg:#f6f6f8;--pane:#fff;--ink:#1b1c22;--soft:#646876;--line:#dfe1e8;--fail:#c92f3c;--warn:#a96800;--note:#4a6fa5;
--ok:#1e7d4c;--accent:#5b5bd6;--s0:#d9dbe6;--s1:#c6c9d8}
@media(prefers-color-scheme:dark){:root{--bg:#121318;--pane:#1a1c23;--ink:#e9eaf0;--soft:#9aa0b0;--line:#2c2f3a;
--fail:#ff6b74;--warn:#f2b04b;--note:#86aee8;--ok:#5fce93;--accent:#9a9aff;--s0:#343845;--s1:#2a2d38}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1480px;margin:0 auto;padding:40px 28px 64px}
h1{font-size:30px;line-height:1.2;margin:0 0 2px;overflow-wrap:anywhere}
h2{font-size:18px;margin:0 0 14px}h2 small{color:var(--soft);font-weight:400;margin-left:6px}
h3{font-size:15px;margin:0;display:flex;gap:10px;align-items:baseline}
h3 span{color:var(--soft);font-weight:400;flex:1;min-width:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
p{margin:0}.kind{color:var(--accent);font-weight:600;margin-bottom:4px}
.file,.at,.cure,.none,footer,.legend{color:var(--soft)}.file{overflow-wrap:anywhere}
section{background:var(--pane);border:1px solid var(--line);border-radius:12px;padding:22px;margin-top:20px}
.verdict{display:flex;gap:14px;align-items:baseline;flex-wrap:wrap;margin:20px 0;padding:14px 18px;border-radius:10px;
border:1px solid currentColor;background:var(--pane)}
.verdict b{font-size:18px}.verdict span{color:var(--ink)}
.verdict.ok{color:var(--ok)}.verdict.warn{color:var(--warn)}.verdict.bad{color:var(--fail)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:12px 24px;margin:0}
.facts dt{color:var(--soft);font-size:13px}.facts dd{margin:0}
.told{margin-top:14px}
svg{display:block;width:100%;overflow:visible}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}
.bar{position:relative}.bar span{position:absolute;top:20px;text-align:center;color:var(--soft);font-size:12px;
pointer-events:none;overflow:hidden;white-space:nowrap}
.m.fail{fill:var(--fail)}.m.warn{fill:var(--warn)}.m.note{fill:var(--note)}
.legend{font-size:13px;margin-top:6px;display:flex;gap:16px}.legend i{display:inline-block;width:10px;height:10px;
border-radius:2px;margin-right:6px}
.legend .fail{background:var(--fail)}.legend .warn{background:var(--warn)}.legend .note{background:var(--note)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(440px,1fr));gap:12px}
.cards article{display:flex;gap:14px;border:1px solid var(--line);border-radius:10px;padding:12px;min-width:0}
.cards article>div{min-width:0;flex:1}.cards .line{display:flex;gap:8px;align-items:center;margin-bottom:3px}
.cards img,.cards .blank{width:150px;align-self:flex-start;border-radius:6px;background:#000;flex:none}
.cards .blank{height:84px}.cards .cure,.cards .at{font-size:13px}
.cards p{overflow-wrap:anywhere}
.pill{font-size:12px;font-weight:600;padding:1px 8px;border-radius:99px;border:1px solid currentColor;flex:none}
.pill.fail,.bad{color:var(--fail)}.pill.warn{color:var(--warn)}.pill.note{color:var(--note)}.pill.ok,.ok{color:var(--ok)}
.curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(440px,1fr));gap:18px 26px}
figure{margin:0}figcaption{display:flex;justify-content:space-between;gap:12px;margin-bottom:4px;font-size:14px}
figcaption span{color:var(--soft);white-space:nowrap}
.line{fill:none}polyline.line{stroke:var(--accent);stroke-width:1.6;vector-effect:non-scaling-stroke}
.alike{fill:none;stroke:var(--soft);stroke-dasharray:2 4;vector-effect:non-scaling-stroke}
.cut{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.band{opacity:.18}.band.fail{fill:var(--fail)}.band.warn{fill:var(--warn)}
.limit{stroke:var(--fail);stroke-dasharray:5 5;vector-effect:non-scaling-stroke}
.anchor{stroke:var(--warn);vector-effect:non-scaling-stroke}
.dot{stroke:var(--accent);stroke-width:8;stroke-linecap:round;vector-effect:non-scaling-stroke}
.shot{padding:18px 0;border-top:1px solid var(--line)}.shot:first-of-type{border-top:0;padding-top:0}
.shot:last-child{padding-bottom:0}
.shot figure{margin-top:12px}
.strip{display:grid;grid-template-columns:repeat(8,1fr);gap:4px;margin:10px 0}
.strip img{width:100%;border-radius:4px;display:block;background:#000}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th{color:var(--soft);font-weight:500;text-align:left}th,td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);
vertical-align:top}tr:last-child td{border-bottom:0}
tr.why td{padding-top:0}tr:has(+.why) td{border-bottom:0}td,th{font-variant-numeric:tabular-nums}
.clips th:nth-child(1),.joins th:nth-child(1){width:84px}
.clips th:nth-child(2){width:124px}.clips th:nth-child(3){width:104px}.clips td:nth-child(-n+7){white-space:nowrap}
.clips th:nth-child(5){width:196px}.clips .cure{white-space:normal!important}
.clips th:nth-child(6),.clips th:nth-child(7){width:96px}.joins th:nth-child(2){width:180px}
.tries{list-style:none;margin:10px 0 0;padding:10px 14px;border-radius:8px;background:var(--bg);font-size:14px}
.tries .what{color:var(--soft)}.tries b{color:inherit}
.meter{display:inline-block;width:90px;height:7px;border-radius:4px;background:var(--line);overflow:hidden;
vertical-align:middle;margin-right:6px}.meter i{display:block;height:100%;background:var(--ok)}
.meter.bad i{background:var(--fail)}
footer{margin-top:24px;font-size:13px}
@media(max-width:640px){main{padding:22px 14px}.cards,.curves{grid-template-columns:1fr}
.strip{grid-template-columns:repeat(4,1fr)}}
@media print{body{background:#fff}section{break-inside:avoid}}
"""
