package plan

// style is how a picture looks, in light and in dark. White text on each fill has a contrast of at least 4.5 to 1.
const style = `
.baton-plan{--page:#fff;--text:#1f2328;--muted:#59636e;--line:#d1d9e0;--lane:#eef1f4;--strong:#1f2328;--bad:#b42318;` +
	`font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){.baton-plan{--page:#0d1117;--text:#e6edf3;--muted:#9198a1;--line:#2a313c;` +
	`--lane:#1a212b;--strong:#fff;--bad:#ff8f85}}
.baton-plan .page{fill:var(--page)}
.baton-plan text{fill:var(--text)}
.baton-plan .name{font-size:15px;font-weight:600}
.baton-plan .muted{fill:var(--muted)}
.baton-plan .tick{stroke:var(--line)}
.baton-plan .lane{fill:var(--lane);stroke:var(--line)}
.baton-plan g text{fill:#fff}
.baton-plan .group rect{fill:var(--page);stroke:var(--muted)}
.baton-plan .group text,.baton-plan .notdone text,.baton-plan .unfinished text{fill:var(--text)}
.baton-plan .done rect{fill:#0f766e}
.baton-plan .wait rect{fill:#4f5fb5}
.baton-plan .retried rect{fill:#93600a}
.baton-plan .failed rect{fill:#b42318}
.baton-plan .cancelled rect{fill:#6b7280}
.baton-plan .notdone rect{fill:var(--page);stroke:var(--bad);stroke-dasharray:3 2}
.baton-plan .unfinished rect{fill:var(--page);stroke:var(--muted);stroke-dasharray:3 2}
.baton-plan .aside circle{fill:var(--page);stroke:var(--muted);stroke-width:2}
.baton-plan .critical rect{stroke:var(--strong);stroke-width:2}
.baton-plan rect.try{stroke:var(--page);stroke-width:.5}
.baton-plan rect.try.done{fill:#34d399}
.baton-plan rect.try.failed{fill:#f87171}
.baton-plan rect.try.cancelled,.baton-plan rect.try.notdone,.baton-plan rect.try.unfinished{fill:#d1d5db}
`
