#!/usr/bin/env python3
"""check.py FILE: tells which lines do not follow SPEC.md."""
import json,re,sys
spec=open(__import__('pathlib').Path(__file__).parent / 'corpus/README.md').read()
ops=set(re.findall(r'(?:`|> )([a-z0-9-]+\.[a-z0-9-]+)',spec))
bad=0;n=0;says=set()
for i,l in enumerate(open(sys.argv[1]),1):
    l=l.strip()
    if not l: continue
    n+=1
    def no(why):
        global bad; bad+=1
        if bad<40: print(f"line {i}: {why}: {l[:160]}")
    try: j=json.loads(l)
    except Exception as e: no(f'not JSON ({e})'); continue
    say,do=j.get('say',''),j.get('do','')
    if say in says: no('said twice'); continue
    says.add(say)
    slots=re.findall(r'\{([a-z]\d+)(?:=([^:{}]*))?:([^{}]*)\}',say)
    ids=[s[0] for s in slots]
    if len(set(ids))!=len(ids): no('slot id used twice'); continue
    if say.count('{')!=len(slots): no('malformed slot'); continue
    if any(s[0][0] not in 'fdpckvnbatxeumw' for s in slots): no('unknown slot letter'); continue
    if do in('none','ask'): continue
    used=set(re.findall(r"(?<![\w'.-])([fdpckvnbatxeumw]\d+)(?![\w.-])",do))
    if used-set(ids): no(f'sketch uses {used-set(ids)} not marked'); continue
    if set(ids)-used: no(f'marked but not used: {set(ids)-used}'); continue
    ok=True
    for st in do.split(' ; '):
        for k,step in enumerate(st.split(' > ')):
            step=step.strip(); w=step.split(' ')
            step=re.sub(r'^(if|unless) @\d ','',step) if k==0 else step; w=step.split(' ')
            if k==0 and re.fullmatch(r"(here|stdin|found|@\d|[fdpux]\d+)(\+[fdp]\d+)*",step): continue
            if w[0]=='each': w=w[1:]
            if w[0] in('save','fill','over'): continue
            o=w[0].split(':')[0] if w else ''
            if o not in ops: no(f'no such operation or source: {step}'); ok=False; break
            rest=' '.join(w[1:])
            if rest and not re.fullmatch(r"([a-z-]+=('[^']*'|[^ ',]+)(,('[^']*'|[^ ',]+))*( |$))+",rest): no(f'settings not understood: {rest}'); ok=False; break
        if not ok: break
print(f'{n} lines, {bad} bad')
