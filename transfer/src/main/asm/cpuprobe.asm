; The CPU probe: a boot sector that finds out whether a system could run here, and powers off.
;
;   nasm -f bin -o ../resources/io/landfall/transfer/lifecycle/qemu/cpuprobe.bin cpuprobe.asm
;
; A hypervisor may run firmware and real-mode programs and yet no operating system. This one enters
; 64-bit mode with page tables of its own and there does what kernels do and poor hypervisors lack:
; locked cmpxchg16b, SSE, a string move, a change of page tables with invlpg, and 20 million turns of
; a loop: a CPU needs hundredths of a second, software emulation less than one, an interpreter of
; single instructions too long.
; Prints nothing: power-off (ACPI, port 0x604, QEMU's pc and q35) is the answer; any fault resets.

        bits    16
        org     0x7c00

PML4    equ     0x1000
PDPT    equ     0x2000
PD      equ     0x3000
WORK    equ     0x4000
TURNS   equ     20000000

start:  cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        cld
        mov     di, PML4            ; three tables, zeroed
        mov     cx, 3 * 4096 / 2
        rep     stosw
        mov     dword [PML4], PDPT | 3
        mov     dword [PDPT], PD | 3
        mov     dword [PD], 0x83    ; 0..2 MiB, one large page
        mov     dword [PD + 8], 0x83
        mov     eax, PML4
        mov     cr3, eax
        mov     eax, 0x620          ; PAE, FXSR, XMM exceptions
        mov     cr4, eax
        mov     ecx, 0xc0000080     ; EFER: long mode
        rdmsr
        or      eax, 0x100
        wrmsr
        lgdt    [gdt_pointer]
        mov     eax, 0x80000011     ; paging, protection
        mov     cr0, eax
        jmp     8:long_mode

        bits    64
long_mode:
        mov     rbx, WORK
        mov     qword [rbx], 1
        mov     qword [rbx + 8], 2
        mov     eax, 1
        mov     edx, 2
        push    rbx
        mov     ecx, 4
        mov     ebx, 3
        lock cmpxchg16b [WORK]      ; 1,2 is there: becomes 3,4
        pop     rbx
        jnz     reset
        cmp     qword [rbx + 8], 4
        jne     reset
        movdqu  xmm0, [rbx]
        paddq   xmm0, xmm0          ; 6,8
        movdqu  [rbx + 16], xmm0
        cmp     qword [rbx + 24], 8
        jne     reset
        mov     rsi, rbx            ; through another page: 2 MiB up is the same memory
        lea     rdi, [rbx + 0x200000 + 64]
        mov     ecx, 4
        rep     movsq
        cmp     qword [rbx + 64 + 24], 8
        jne     reset
        mov     dword [PD + 8], 0   ; and now no longer
        invlpg  [0x200000]
        mov     ecx, TURNS
.turn:  imul    rax, rax, 1664525
        add     rax, rcx
        dec     ecx
        jnz     .turn
        mov     dx, 0x604
        mov     ax, 0x2000
        out     dx, ax
.wait:  jmp     .wait

reset:  lidt    [no_interrupts]
        int3

        align   8
gdt:    dq      0
        dq      0x00af9a000000ffff  ; 64-bit code
gdt_pointer:
        dw      $ - gdt - 1
        dd      gdt
no_interrupts:
        dw      0
        dq      0

        times   510 - ($ - $$) db 0
        dw      0xaa55
