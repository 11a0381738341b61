/* Gatepost: docs/consent-relay.md. 0 no, 1 unsaid, 2 yes by default, 3 yes */
(function(w,d){
var set=(d.currentScript||{}).dataset||{},ads={ad_storage:1,ad_user_data:1},say={},left=20,own,

look=safe(function(){
 var l=w.dataLayer=w.dataLayer||[],push=l.push;
 left--?setTimeout(look,500):save();
 if(w.__tcfapi&&!('tcf'in say)&&set.vendor!='none')
  say.tcf=1,w.__tcfapi('addEventListener',2,safe(tcf));
 if(w.__gpp&&!('gpp'in say))say.gpp=1,w.__gpp('addEventListener',safe(gpp));
 if(l!=own){
  l.push=function(){safe(read)(arguments,(navigator.userActivation||{}).isActive);
   return push.apply(l,arguments)};
  read(own=l)
 }
});
function safe(f){return function(a,b){try{f(a,b)}catch(e){}}}

function read(all,act){
 var up;
 [].forEach.call(all,safe(function(c){
  if(c[0]=='consent')for(var k in ads){
   var v={granted:3,denied:0}[c[2][k]],a=ads[k],u=c[1]=='update';
   up=up||u;
   ads[k]=u?v>=0?v:a:a%3?v==0?.5:v&&a==1&&!c[2].region?2:a:a
  }
 }));
 say.ads=Math.min(ads.ad_storage,ads.ad_user_data);
 if(up)save(act)
}

function tcf(t,ok){
 var e=t.eventStatus,act=e=='useractioncomplete',v=t.vendor,n=set.vendor||986,p;
 if(ok&&t.gdprApplies!==false&&(act||e=='tcloaded')){
  say.tcf=(p=t.purpose.consents)[1]&&p[3]&&p[4]?(v.disclosedVendors||p)[n]===false?1:v.consents[n]?3:0:0;
  save(act)
 }
}

function gpp(e){
 var was=say.gpp,p=e.pingData;
 if(p.signalStatus=='ready'){
  say.gpp=/OptOut(Sale)?":"?[13Y]|"Gpc":(1|t)/.test(JSON.stringify(p.parsedSections))?0:was?1:2;
  save(0,!was)
 }
}

function save(act,lift){
 var m=1,k,now=Date.now()/1e3>>>0,
  old=/gatepost_consent=v1.m:(.).s:(\d+)/.exec(d.cookie)||[],was=old[1];
 for(k in say)m=m&&say[k]&&Math.max(m,say[k]);
 if(m==1||m==2&&was<2&&!lift||m==3&&was==0&&!act&&left>0)return;
 k='0 i1'[m];
 if(k==was&&!act)now=Math.min(now,old[2]);
 d.cookie='gatepost_consent=v1.m:'+k+'.s:'+now+'.src:'+(set.src||'page')+
  ';path=/;max-age=34128000;samesite=lax'+(set.domain?';domain='+set.domain:'')+
  (/^https/.test(location)?';secure':'')
}

look()
})(window,document);
