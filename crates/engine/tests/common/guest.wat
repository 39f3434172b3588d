;; A pack whose primitives behave and misbehave on request. The index given to the constructor chooses:
;;   0 echo: each chunk comes back on output 0        1 count: `finish` emits the bytes seen as {"int": n}
;;   2 spin for ever                                  3 ask for memory for ever
;;   4 trap                                           5 fail with bad-input and an unpleasant text
;;   6 emit each chunk a thousand times               7 identity: `finish` emits the first argument
;;   8 call itself for ever                           9 return a list that lies outside memory
;;  10 echo with every byte plus one                 11 `finish` emits {"bool": bytes were seen}
;;  12 emit on output 4000                           13 grow by the chunk's size and keep it
;;  14 spin in `finish`                              15 copy 64 MiB for ever: much time, little fuel
;;  16 name the chunk less its first byte           17 name one byte more than the chunk has
;;  18 name a part in `finish`                     19 `finish` emits memory that the call has not written
(module
  (import "[export]telos:pack/primitives@1.0.0" "[resource-new]call" (func $new (param i32) (result i32)))
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 4096))   ;; next free byte
  (global $floor (mut i32) (i32.const 4096))  ;; what was allocated below this stays
  (global $kind (mut i32) (i32.const 0))
  (global $argument (mut i32) (i32.const 0))
  (global $argument_len (mut i32) (i32.const 0))
  (global $seen (mut i64) (i64.const 0))
  (data (i32.const 16) "\80")                         ;; describe: an empty CBOR list
  (data (i32.const 32) "\a1\63int\1b")                ;; {"int": u64 …
  (data (i32.const 64) "\a1\64bool")                  ;; {"bool": …
  (data (i32.const 96) "no \1b[31mred\nplease")       ;; 18 bytes

  (func $room (param $end i32)
    (local $pages i32)
    (local.set $pages (i32.sub
      (i32.shr_u (i32.add (local.get $end) (i32.const 65535)) (i32.const 16)) (memory.size)))
    (if (i32.gt_s (local.get $pages) (i32.const 0))
      (then (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then unreachable)))))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (call $room (global.get $free))
    (local.get $at))

  (func (export "telos:pack/primitives@1.0.0#describe") (result i32)
    (i32.store (i32.const 512) (i32.const 16))
    (i32.store (i32.const 516) (i32.const 1))
    (i32.const 512))

  (func (export "telos:pack/primitives@1.0.0#[constructor]call") (param $kind i32) (param $at i32) (param $len i32)
    (result i32)
    (global.set $kind (local.get $kind))
    (global.set $argument (local.get $at))
    (global.set $argument_len (local.get $len))
    (global.set $floor (global.get $free))
    (call $new (i32.const 1)))

  ;; Result at 512: discriminant, then list pointer and length. Emissions from 1024, 16 bytes each: port, whether it is
  ;; a part of the chunk, and pointer and length or start and end.
  (func $ok (param $count i32) (result i32)
    (i32.store (i32.const 512) (i32.const 0))
    (i32.store (i32.const 516) (i32.const 1024))
    (i32.store (i32.const 520) (local.get $count))
    (i32.const 512))

  (func $emit (param $port i32) (param $at i32) (param $len i32) (result i32)
    (i32.store (i32.const 1024) (local.get $port))
    (i32.store (i32.const 1028) (i32.const 0))
    (i32.store (i32.const 1032) (local.get $at))
    (i32.store (i32.const 1036) (local.get $len))
    (call $ok (i32.const 1)))

  (func $part (param $start i32) (param $end i32) (result i32)
    (drop (call $emit (i32.const 0) (local.get $start) (local.get $end)))
    (i32.store (i32.const 1028) (i32.const 1))
    (i32.const 512))

  (func $spin (loop $again (br $again)))
  (func $recurse (call $recurse) (call $recurse))
  (func $bomb (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable)
  (func $slow
    (call $room (i32.const 0x8000000))
    (loop $again
      (memory.copy (i32.const 0x4000000) (i32.const 0) (i32.const 0x4000000))
      (br $again)))

  (func $fail (result i32)
    (i32.store (i32.const 512) (i32.const 1))
    (i32.store (i32.const 516) (i32.const 0))
    (i32.store (i32.const 520) (i32.const 96))
    (i32.store (i32.const 524) (i32.const 18))
    (i32.const 512))

  (func $flood (param $at i32) (param $len i32) (result i32)
    (local $index i32)
    (call $room (i32.const 65536))
    (loop $again
      (i64.store (i32.add (i32.const 20000) (i32.mul (local.get $index) (i32.const 16))) (i64.const 0))
      (i32.store (i32.add (i32.const 20008) (i32.mul (local.get $index) (i32.const 16))) (local.get $at))
      (i32.store (i32.add (i32.const 20012) (i32.mul (local.get $index) (i32.const 16))) (local.get $len))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $index) (i32.const 1000))))
    (drop (call $ok (i32.const 1000)))
    (i32.store (i32.const 516) (i32.const 20000))
    (i32.const 512))

  (func $outside (result i32)
    (drop (call $ok (i32.const 100000)))
    (i32.store (i32.const 516) (i32.const 0x7ffffff0))
    (i32.const 512))

  (func $increment (param $at i32) (param $len i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $len)))
    (block $done (loop $again
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (i32.store8 (local.get $at) (i32.add (i32.load8_u (local.get $at)) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $again))))

  (func (export "telos:pack/primitives@1.0.0#[method]call.push")
    (param $self i32) (param $port i32) (param $at i32) (param $len i32) (result i32)
    (global.set $seen (i64.add (global.get $seen) (i64.extend_i32_u (local.get $len))))
    (if (i32.eq (global.get $kind) (i32.const 0))
      (then (return (call $emit (i32.const 0) (local.get $at) (local.get $len)))))
    (if (i32.eq (global.get $kind) (i32.const 2)) (then (call $spin)))
    (if (i32.eq (global.get $kind) (i32.const 3)) (then (call $bomb)))
    (if (i32.eq (global.get $kind) (i32.const 4)) (then unreachable))
    (if (i32.eq (global.get $kind) (i32.const 5)) (then (return (call $fail))))
    (if (i32.eq (global.get $kind) (i32.const 6)) (then (return (call $flood (local.get $at) (local.get $len)))))
    (if (i32.eq (global.get $kind) (i32.const 8)) (then (call $recurse)))
    (if (i32.eq (global.get $kind) (i32.const 9)) (then (return (call $outside))))
    (if (i32.eq (global.get $kind) (i32.const 10))
      (then
        (call $increment (local.get $at) (local.get $len))
        (return (call $emit (i32.const 0) (local.get $at) (local.get $len)))))
    (if (i32.eq (global.get $kind) (i32.const 12))
      (then (return (call $emit (i32.const 4000) (local.get $at) (local.get $len)))))
    (if (i32.eq (global.get $kind) (i32.const 13)) (then (global.set $floor (global.get $free))))
    (if (i32.eq (global.get $kind) (i32.const 15)) (then (call $slow)))
    (if (i32.eq (global.get $kind) (i32.const 16))
      (then (return (call $part (i32.const 1) (local.get $len)))))
    (if (i32.eq (global.get $kind) (i32.const 17))
      (then (return (call $part (i32.const 0) (i32.add (local.get $len) (i32.const 1))))))
    (call $ok (i32.const 0)))

  (func (export "cabi_post_telos:pack/primitives@1.0.0#[method]call.push") (param i32)
    (global.set $free (global.get $floor)))

  (func (export "telos:pack/primitives@1.0.0#[method]call.finish") (param $self i32) (result i32)
    (local $seen i64)
    (if (i32.eq (global.get $kind) (i32.const 1))
      (then
        (i32.store (i32.const 38) (i32.const 0)) (i32.store (i32.const 42) (i32.const 0))
        (local.set $seen (global.get $seen))
        ;; Big-endian, as CBOR has it.
        (i32.store8 (i32.const 45) (i32.wrap_i64 (local.get $seen)))
        (i32.store8 (i32.const 44) (i32.wrap_i64 (i64.shr_u (local.get $seen) (i64.const 8))))
        (i32.store8 (i32.const 43) (i32.wrap_i64 (i64.shr_u (local.get $seen) (i64.const 16))))
        (i32.store8 (i32.const 42) (i32.wrap_i64 (i64.shr_u (local.get $seen) (i64.const 24))))
        (i32.store8 (i32.const 41) (i32.wrap_i64 (i64.shr_u (local.get $seen) (i64.const 32))))
        (return (call $emit (i32.const 0) (i32.const 32) (i32.const 14)))))
    (if (i32.eq (global.get $kind) (i32.const 7))
      (then (return (call $emit (i32.const 0)
        (i32.add (global.get $argument) (i32.const 1)) (i32.sub (global.get $argument_len) (i32.const 1))))))
    (if (i32.eq (global.get $kind) (i32.const 11))
      (then
        (i32.store8 (i32.const 70)
          (select (i32.const 0xf5) (i32.const 0xf4) (i64.ne (global.get $seen) (i64.const 0))))
        (return (call $emit (i32.const 0) (i32.const 64) (i32.const 7)))))
    (if (i32.eq (global.get $kind) (i32.const 14)) (then (call $spin)))
    (if (i32.eq (global.get $kind) (i32.const 19))
      (then (return (call $emit (i32.const 0) (i32.const 8192) (i32.const 122880)))))
    (if (i32.eq (global.get $kind) (i32.const 18))
      (then (return (call $part (i32.const 0) (i32.const 1)))))
    (call $ok (i32.const 0))))
