/**
 * The optional script of the subscription form: it sends the form without leaving the page, says so to screen readers,
 * and lets the form go its ordinary way whenever anything is not as it should be. It also fills
 * `<div data-gdpr-src="…/subscriptions/snippet?…">` with a form. No dependency, no cookie, no storage, 2 kB at most.
 */
export const FORM_SCRIPT = `(()=>{
const d=document;
const bind=f=>{
  if(f.gdpr)return;
  f.gdpr=1;
  const u=f.querySelector('[name=formUrl]');
  if(u&&!u.value)u.value=location.origin+location.pathname;
  f.addEventListener('submit',async e=>{
    if(!window.fetch)return;
    e.preventDefault();
    const s=d.createElement('p'),b=f.querySelector('[type=submit]');
    s.setAttribute('role','status');
    s.tabIndex=-1;
    f.append(s);
    s.textContent=f.dataset.sending;
    b.disabled=true;
    try{
      const r=await fetch(f.getAttribute('action'),{method:'POST',body:new URLSearchParams(new FormData(f)),headers:{Accept:'application/json'},credentials:'omit'});
      if(!r.ok)throw 0;
      s.textContent=(await r.json()).data.message;
      f.replaceChildren(s);
      s.focus();
    }catch(_){
      s.remove();
      b.disabled=false;
      HTMLFormElement.prototype.submit.call(f);
    }
  });
};
const go=()=>{
  d.querySelectorAll('form[data-gdpr-form]').forEach(bind);
  d.querySelectorAll('[data-gdpr-src]').forEach(async p=>{
    try{
      const r=await fetch(p.dataset.gdprSrc,{credentials:'omit'});
      if(!r.ok)return;
      p.innerHTML=await r.text();
      p.querySelectorAll('form').forEach(bind);
    }catch(_){}
  });
};
d.readyState==='loading'?d.addEventListener('DOMContentLoaded',go):go();
})();`
  .split('\n')
  .map((line) => line.trim())
  .join('');
