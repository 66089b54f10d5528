import { fill } from './people.mjs';
import { compare } from './measure.mjs';
export default async function list({ strapi, sealed, plain, db }) {
  await fill(strapi, sealed, 1000); await fill(strapi, plain, 1000);
  const page = { limit: 100, start: 200 };
  const vault = strapi.plugin('gdpr').service('vault').of();
  const o=vault.opener, open=o.open.bind(o), load=o.keys.load.bind(o.keys), one=o.openOne.bind(o), col=o.collect.bind(o);
  const T={};const wrap=(obj,k,as)=>{const f=obj[k].bind(obj);obj[k]=(...a)=>{const s=performance.now();const r=f(...a);const end=()=>{T[k]=(T[k]||0)+performance.now()-s};if(as&&r.then)return r.then(x=>{end();return x});end();return r}};
  wrap(o,'open',true);wrap(vault.planner,'plan',true);wrap(o.keys,'load',true);
  const r=await compare({plain:()=>strapi.documents(plain).findMany(page),sealed:()=>strapi.documents(sealed).findMany(page),
   bsealed:()=>strapi.db.queryBuilder(sealed).init({limit:100,offset:200,select:vault.types.get(sealed).plainSelection}).execute()},{rounds:101});
  console.log(r);for(const k in T)console.log(k,T[k]/111);
  const s=new (await import('inspector')).Session();s.connect();
  const post=(m,a)=>new Promise((r,j)=>s.post(m,a,(e,x)=>e?j(e):r(x)));
  await post('Profiler.enable');await post('Profiler.setSamplingInterval',{interval:50});await post('Profiler.start');
  for(let i=0;i<500;i++) await strapi.documents(sealed).findMany(page);
  const {profile}=await post('Profiler.stop');(await import('fs')).writeFileSync('/tmp/scratch/list.cpuprofile',JSON.stringify(profile));
}
