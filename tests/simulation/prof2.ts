import { scenarioOf } from './world/scenario.ts';
import { World } from './world/world.ts';
const rows=[];
for (let seed=200; seed<260; seed++) {
  const sc=scenarioOf(seed); const t=performance.now();
  const r = await new World(sc).live();
  const ms=performance.now()-t; const end=Date.parse(r.log.at(-1)!.slice(0,24));
  rows.push({seed, ms:Math.round(ms), runs:r.runs, perRun:+(ms/r.runs).toFixed(1), stormMin: sc.stormMs/6e4, totalMin:+((end-sc.beginsAt)/6e4).toFixed(1), orch: sc.orchestrators, lat: sc.latencyMs, alarms: sc.watchesAlarms, lines:r.log.length, steps: sc.pipelines.map(p=>p.steps.length).join()});
}
rows.sort((a,b)=>b.ms-a.ms); console.table(rows.slice(0,14)); console.table(rows.slice(-8));
console.log(rows.reduce((s,r)=>s+r.ms,0), rows.reduce((s,r)=>s+r.runs,0));
