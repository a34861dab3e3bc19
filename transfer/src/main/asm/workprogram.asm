; The work program: a guest whose every step can be proved afterwards.
;
;   nasm -f bin -o ../resources/io/landfall/transfer/guest/workprogram.bin workprogram.asm
;
; Boots from a disk through the BIOS, works in numbered steps, powers off. What it knows of its work
; it keeps in RAM alone: after a reboot it starts again at step 1, and the log on the disk shows it.
; A checkpoint that pairs the memory of one moment with the disk of another shows as well, because
; every entry says what the guest found on the disk before it wrote, and carries a checksum over
; RAM that each step changes.
;
; Disk, in sectors of 512 bytes:
;        0        boot sector, loads the rest of the program
;        1..6     the program
;        7        the plan (written by whoever made the image; layout at `plan` below)
;        64..4159 the log, 32 bytes a step, 65536 steps at most
;   The first 4 MiB hold nothing else. The partition table is left empty.
;
; Log entry, little endian:
;    0  'LFWK'
;    4  step, 1..
;    8  checksum over the pattern, after this step changed it
;   12  step found in the entry before this one, as read from the disk just now (0 for step 1)
;   16  step found where this entry goes, as read from the disk just now (must be 0)
;   20  clock ticks since boot
;   24  0
;   28  check: the seven words before it, rotated and added
;
; Memory: program 0x07c00, one log sector at 0x09000, pattern 0x20000..0x2ffff.
; Clock: channel 0 of the timer at 100 Hz; the BIOS calls int 1ch on each tick.
; Serial: COM1, 115200 8N1. BOOT, STEP n, then DONE n, or BUTTON n after the power button, or FAIL.
; Machines: QEMU's pc and q35. SeaBIOS puts the ACPI power management ports of both at 0x600.

        bits    16
        cpu     586
        org     0x7c00

SECTOR          equ 512
PROGRAM_SECTORS equ 8               ; boot sector, program, plan
LOG_LBA         equ 64
LOG_BUFFER      equ 0x9000
ENTRY           equ 32
PATTERN_SEG     equ 0x2000          ; 16384 words of 4 bytes: the whole segment
CHANGED_WORDS   equ 1024            ; by each step
MAGIC           equ 0x4b57464c      ; 'LFWK'
COM1            equ 0x3f8
PM_STATUS       equ 0x600           ; ACPI PM1a event block: status, enable
PM_ENABLE       equ 0x602
PM_CONTROL      equ 0x604
PM_BUTTON       equ 0x0100

start:  jmp     0:.here
.here:  xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        sti
        cld
        mov     [drive], dl
        mov     si, load_packet
        mov     ah, 0x42
        int     0x13
        jc      .bad
        jmp     work
.bad:   mov     si, .text           ; the screen: the serial port is not set up yet
.next:  lodsb
        or      al, al
        jz      halt
        mov     ah, 0x0e
        int     0x10
        jmp     .next
.text:  db      'disk error', 0

halt:   cli
        hlt
        jmp     halt

drive:  db      0
        align   4
load_packet:
        db      16, 0
        dw      PROGRAM_SECTORS - 1
        dw      0x7e00, 0
        dq      1

        times   510 - ($ - $$) db 0
        dw      0xaa55

; ---- sector 1: the work ------------------------------------------------------------------------

work:   call    serial_open
        mov     si, text_boot
        call    print
        cmp     dword [plan.magic], MAGIC
        jne     fail
        cmp     dword [plan.version], 1
        jne     fail
        call    clock_open
        call    button_open
        call    pattern_fill
        mov     eax, [ticks]
        mov     [due], eax

.step:  mov     eax, [step]         ; the target may be 0: no step at all
        cmp     eax, [plan.steps]
        jae     .done
        call    wait_until_due
        inc     dword [step]
        call    pattern_change
        call    pattern_sum
        call    log_append
        mov     si, text_step
        call    print_with_step
        jmp     .step

.done:  mov     si, text_done
        call    print_with_step
        cmp     dword [plan.ending], 1
        je      reset
        cmp     dword [plan.ending], 2
        je      panic
        cmp     dword [plan.ending], 3
        je      halt
power_off:
        mov     dx, PM_CONTROL
        mov     ax, 0x2000          ; sleep enable, type 0: S5 in the tables of SeaBIOS
        out     dx, ax
        mov     eax, [ticks]        ; the machine may take a moment to obey
        add     eax, 200
.wait:  hlt
        cmp     eax, [ticks]
        jne     .wait
        mov     si, text_still_on
        call    print
        jmp     halt

reset:  lidt    [no_interrupts]     ; a fault without a handler, and another: the CPU resets
        int3
        jmp     halt

panic:  mov     dx, 0x505           ; pvpanic, if the machine has one
        mov     al, 1
        out     dx, al
        jmp     halt

fail:   mov     si, text_fail
        call    print_with_step
        jmp     panic

; ---- clock ---------------------------------------------------------------------------------------

clock_open:
        cli
        mov     word [0x1c * 4], on_tick
        mov     word [0x1c * 4 + 2], 0
        mov     al, 0x34            ; channel 0, both bytes, rate generator
        out     0x43, al
        mov     ax, 11932           ; 1193182 Hz / 100
        out     0x40, al
        mov     al, ah
        out     0x40, al
        sti
        ret

on_tick:
        inc     dword [cs:ticks]
        iret

; Sleeps until `due`, then moves it on. Waits on nothing when late, as after a busy host.
wait_until_due:
        mov     eax, [plan.ticks]
        add     [due], eax
.look:  call    button_look
        mov     eax, [ticks]
        sub     eax, [due]
        jns     .over
        hlt
        jmp     .look
.over:  ret

; ---- power button: asks for the end as `poweroff` in a system would ------------------------------

button_open:
        in      al, 0xa1            ; keep ACPI's interrupt 9 off: the button is polled
        or      al, 2
        out     0xa1, al
        mov     dx, PM_ENABLE
        mov     ax, PM_BUTTON
        out     dx, ax
        ret

button_look:
        mov     dx, PM_STATUS
        in      ax, dx
        test    ax, PM_BUTTON
        jz      .not
        mov     si, text_button
        call    print_with_step
        jmp     power_off
.not:   ret

; ---- pattern: 64 KiB, one segment, that changes with every step ----------------------------------

; x = x * 1664525 + 1013904223 from the plan's seed, word after word.
pattern_fill:
        mov     ax, PATTERN_SEG
        mov     es, ax
        mov     eax, [plan.seed]
        xor     di, di
.next:  imul    eax, eax, 1664525
        add     eax, 1013904223
        stosd
        or      di, di              ; around the segment's end: all done
        jnz     .next
        ret

; 1024 words from word step * 7919 on, around the end: w = w * 1664525 + 1013904223 + step.
pattern_change:
        mov     ax, PATTERN_SEG
        mov     es, ax
        imul    edi, [step], 7919
        shl     di, 2
        mov     cx, CHANGED_WORDS
.next:  imul    eax, [es:di], 1664525
        add     eax, 1013904223
        add     eax, [step]
        stosd
        loop    .next
        ret

; sum = rotate(sum, 5) + w over all words, from 0.
pattern_sum:
        mov     ax, PATTERN_SEG
        mov     es, ax
        xor     eax, eax
        xor     di, di
.next:  rol     eax, 5
        add     eax, [es:di]
        add     di, 4
        jnz     .next
        mov     [sum], eax
        ret

; ---- log -----------------------------------------------------------------------------------------

; Reads the sector from the disk each time, never from memory: what is there is part of the proof.
log_append:
        xor     ax, ax
        mov     es, ax
        mov     dword [found_before], 0
        mov     eax, [step]
        sub     eax, 1
        jz      .first
        dec     eax
        call    log_sector_of
        call    log_read
        mov     eax, [LOG_BUFFER + bx + 4]
        mov     [found_before], eax
.first: mov     eax, [step]
        dec     eax
        call    log_sector_of
        call    log_read
        lea     di, [LOG_BUFFER + bx]
        mov     eax, [di + 4]
        mov     [di + 16], eax
        mov     dword [di], MAGIC
        mov     eax, [step]
        mov     [di + 4], eax
        mov     eax, [sum]
        mov     [di + 8], eax
        mov     eax, [found_before]
        mov     [di + 12], eax
        mov     eax, [ticks]
        mov     [di + 20], eax
        mov     dword [di + 24], 0
        xor     eax, eax
        mov     cx, 7
        mov     si, di
.check: rol     eax, 5
        add     eax, [si]
        add     si, 4
        dec     cx
        jnz     .check
        mov     [di + 28], eax
        mov     ah, 0x43
        jmp     log_transfer

; eax = entry number from 0: packet.lba = its sector, bx = its offset in the sector.
log_sector_of:
        mov     ebx, eax
        shr     eax, 4
        add     eax, LOG_LBA
        mov     [packet.lba], eax
        and     ebx, 15
        shl     ebx, 5
        ret

log_read:
        mov     ah, 0x42
log_transfer:
        push    bx
        push    di
        mov     al, 0
        mov     dl, [drive]
        mov     si, packet
        mov     word [packet.count], 1
        int     0x13
        pop     di
        pop     bx
        jc      fail
        ret

; ---- serial port ---------------------------------------------------------------------------------

serial_open:
        mov     si, serial_setup
.next:  lodsw                       ; low byte the register, high byte its value
        cmp     al, 0xff
        je      .over
        mov     dx, COM1
        add     dl, al
        mov     al, ah
        out     dx, al
        jmp     .next
.over:  ret

print_with_step:
        call    print
        mov     eax, [step]
        mov     ebx, 10
        xor     cx, cx
.digit: xor     edx, edx
        div     ebx
        push    dx
        inc     cx
        or      eax, eax
        jnz     .digit
.put:   pop     ax
        add     al, '0'
        call    put
        loop    .put
        mov     si, text_end_of_line
print:  lodsb
        or      al, al
        jz      .over
        call    put
        jmp     print
.over:  ret

put:    push    ax
        mov     dx, COM1 + 5
.busy:  in      al, dx
        test    al, 0x20
        jz      .busy
        pop     ax
        mov     dx, COM1
        out     dx, al
        ret

; ---- data ----------------------------------------------------------------------------------------

text_boot:        db 'BOOT', 13, 10, 0
text_step:        db 'STEP ', 0
text_done:        db 'DONE ', 0
text_button:      db 'BUTTON ', 0
text_fail:        db 'FAIL ', 0
text_still_on:    db 'STILL ON', 13, 10, 0
text_end_of_line: db 13, 10, 0

; no interrupts, divisor latch, 115200 baud, 8N1, FIFO on, DTR and RTS
serial_setup:
        db      1, 0x00, 3, 0x80, 0, 0x01, 1, 0x00, 3, 0x03, 2, 0xc7, 4, 0x03, 0xff, 0xff

        align   4
no_interrupts:
        dw      0
        dd      0

        align   4
packet: db      16, 0
.count: dw      1
        dw      LOG_BUFFER, 0
.lba:   dq      0

step:   dd      0
sum:    dd      0
ticks:  dd      0
due:    dd      0
found_before:
        dd      0

        times   (PROGRAM_SECTORS - 1) * SECTOR - ($ - $$) db 0

; ---- sector 7: the plan --------------------------------------------------------------------------
; As assembled: no steps, power off.
plan:
.magic:   dd    MAGIC
.version: dd    1
.steps:   dd    0                   ; at most 65536
.ticks:   dd    0                   ; 10 ms each, between two steps
.seed:    dd    0                   ; of the pattern
.ending:  dd    0                   ; 0 power off, 1 reset, 2 panic (pvpanic), 3 hang
        times   PROGRAM_SECTORS * SECTOR - ($ - $$) db 0
