import { scenarioOf } from './world/scenario.ts';
import { World } from './world/world.ts';
Error.stackTraceLimit=0;
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1);
await new World(scenarioOf(1000)).live();
const t=performance.now(); let runs=0; const u0=process.cpuUsage();
for (let seed=from; seed<from+n; seed+=20) {
  for (const r of await Promise.all(Array.from({length:20},(_,i)=>i).map((i)=>new World(scenarioOf(seed+i)).live()))) runs+=r.runs;
}
const s=(performance.now()-t)/1000; const u=process.cpuUsage(u0);
console.log({worlds:n, runs, s, perCpuS: runs/((u.user+u.system)/1e6)});
console.log(Object.entries((globalThis as any).__n).sort((a:any,b:any)=>b[1]-a[1]).slice(0,30), Object.values((globalThis as any).__n).reduce((a:any,b:any)=>a+b,0));
