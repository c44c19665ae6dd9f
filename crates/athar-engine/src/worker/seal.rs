//! How a process gives up what it does not need for turning bytes into numbers.
//!
//! A process seals itself: no right can be taken back, not even by whoever takes it over. What is
//! given up, from the widest to the narrowest:
//!
//! | part | by | what is left |
//! |---|---|---|
//! | files, TCP ports, other processes' sockets and signals | Landlock | none |
//! | descriptors | closed, and a limit | 0, 1 and 2, as the parent made them |
//! | system calls | two seccomp filters | memory, threads, the clock, reading 0, writing 1 and 2 (a clip's: reading and seeking in 2) |
//! | memory, processor time | limits | what `policy` says |
//! | writing files, core dumps | limits of nothing | none |
//!
//! What no decoder has a reason to do, such as opening a socket, starting a program or looking into
//! another process, ends the process at once, and the parent sees by which signal. Every other call
//! that is not on the list fails as one that this system does not have: libraries try this and that
//! in passing, newer ones more than older ones, and have a way to go on without; `clone3` for one is
//! asked before `clone`. A new thread is the only kind of process that may be started. Memory that
//! can be executed cannot be had.
//!
//! A process that has a clip ([`Purpose::Clip`]) finds its file as descriptor 2, opened by the parent
//! for reading only. It may read it and seek in it, and may not write to it.
//!
//! There is no limit on the number of threads: the one that systems have counts everything that a
//! user runs. Their stacks count as memory, which bounds them.

use serde::{Serialize, Serializer};
use std::fmt;

/// What a process is going to do when it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Decode files that are sent to its standard input.
    Files,
    /// Decode the clip that stands where its standard error output would.
    Clip,
}

/// What of the seal is in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// Landlock's version, where it keeps the process from all files and TCP ports.
    pub landlock_abi: Option<u32>,
    /// Whether only listed system calls can be made.
    pub system_calls: bool,
    /// Whether no program that is started could gain rights.
    pub no_new_privileges: bool,
    /// Bytes of memory at most.
    pub memory_bytes: Option<u64>,
    /// Seconds of processor time at most.
    pub processor_s: Option<u64>,
    /// Open descriptors at most.
    pub descriptors: Option<u32>,
    /// Whether no file can be written to.
    pub no_writing: bool,
    /// Whether its memory is never written to a file, nor read by other processes of its user.
    pub no_core: bool,
    /// Whether it ends with the process that started it, whatever it does.
    pub ends_with_its_parent: bool,
}

impl Seal {
    /// What is missing, each as what could then be done.
    pub fn gaps(&self) -> Vec<Gap> {
        let parts = [
            (self.landlock_abi.is_some(), Gap::Files),
            (self.system_calls, Gap::SystemCalls),
            (self.no_new_privileges, Gap::Rights),
            (self.memory_bytes.is_some(), Gap::Memory),
            (self.processor_s.is_some(), Gap::Processor),
            (self.descriptors.is_some(), Gap::Descriptors),
            (self.no_writing, Gap::Writing),
            (self.no_core, Gap::Core),
            (self.ends_with_its_parent, Gap::Outliving),
        ];
        parts.into_iter().filter(|(is_in_force, _)| !is_in_force).map(|(_, gap)| gap).collect()
    }
}

/// What could be done where a part of the seal is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Files could be opened.
    Files,
    /// Any system call could be made.
    SystemCalls,
    /// A program that is started could gain rights.
    Rights,
    /// Memory could be taken without limit.
    Memory,
    /// Processor time could be taken without limit.
    Processor,
    /// Descriptors could be opened without limit.
    Descriptors,
    /// Files could be written to.
    Writing,
    /// Memory could be dumped to a file.
    Core,
    /// A worker could outlive its parent.
    Outliving,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Files => "files could be opened (no Landlock)",
            Self::SystemCalls => "any system call could be made (no seccomp)",
            Self::Rights => "a program that is started could gain rights",
            Self::Memory => "memory has no limit",
            Self::Processor => "processor time has no limit",
            Self::Descriptors => "descriptors could be opened without limit",
            Self::Writing => "files could be written to",
            Self::Core => "memory could be dumped to a file",
            Self::Outliving => "a worker could outlive its parent for a while",
        })
    }
}

impl Serialize for Gap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Closes every descriptor but 0, 1 and 2: what the process was started with is not its business.
pub(crate) fn close_descriptors() {
    #[cfg(unix)]
    limits::close_descriptors();
}

/// Seals this process for good, as far as the system can. Nothing fails: what could not be done is
/// told, and it is for the parent to decide what that means.
#[cfg_attr(not(unix), expect(unused_mut, reason = "nothing is known to be given up there"))]
pub fn seal(purpose: Purpose) -> Seal {
    let mut seal = Seal::default();
    #[cfg(target_os = "linux")]
    {
        seal.ends_with_its_parent = linux::end_with_parent();
        seal.no_new_privileges = linux::give_up_privileges();
        seal.landlock_abi = linux::give_up_files();
    }
    #[cfg(unix)]
    limits::limit(&mut seal, purpose);
    // Last: what was done above takes calls that are then no longer granted.
    #[cfg(target_os = "linux")]
    {
        seal.system_calls = filter::install(purpose);
    }
    seal
}

#[cfg(unix)]
mod limits {
    use super::{Purpose, Seal};
    use crate::policy::{
        CLIP_MEMORY_BYTES, CLIP_PROCESSOR_S, WORKER_MEMORY_BYTES, WORKER_PROCESSOR_S,
    };
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    /// Standard input, output and error output.
    const DESCRIPTORS: u32 = 3;

    pub(super) fn limit(seal: &mut Seal, purpose: Purpose) {
        let (memory_bytes, processor_s) = match purpose {
            Purpose::Files => (WORKER_MEMORY_BYTES, WORKER_PROCESSOR_S),
            Purpose::Clip => (CLIP_MEMORY_BYTES, CLIP_PROCESSOR_S),
        };
        let memory = limited(Resource::RLIMIT_DATA, memory_bytes);
        seal.memory_bytes = memory.filter(|_| cfg!(target_os = "linux"));
        seal.processor_s = limited(Resource::RLIMIT_CPU, processor_s);
        let descriptors = limited(Resource::RLIMIT_NOFILE, DESCRIPTORS.into());
        seal.descriptors = descriptors.map(|_| DESCRIPTORS);
        seal.no_writing = limited(Resource::RLIMIT_FSIZE, 0).is_some();
        seal.no_core = limited(Resource::RLIMIT_CORE, 0).is_some();
        #[cfg(target_os = "linux")]
        {
            seal.no_core &= nix::sys::prctl::set_dumpable(false).is_ok();
        }
    }

    /// The limit that is in force, which may be a lower one that was there already.
    fn limited(resource: Resource, most: u64) -> Option<u64> {
        let (_, hard) = getrlimit(resource).ok()?;
        let most = hard.min(most);
        setrlimit(resource, most, most).ok()?;
        Some(most)
    }

    /// At the start of a process nobody owns any of them yet.
    pub(super) fn close_descriptors() {
        for descriptor in open_descriptors() {
            let _ = nix::unistd::close(descriptor);
        }
    }

    fn open_descriptors() -> Vec<i32> {
        let listed = std::fs::read_dir("/proc/self/fd").map(|entries| {
            let number = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse().ok();
            entries.filter_map(|entry| number(entry.ok()?)).collect()
        });
        let all: Vec<i32> = listed.unwrap_or_else(|_| (0..1024).collect());
        all.into_iter().filter(|&descriptor| descriptor >= DESCRIPTORS as i32).collect()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr,
        RulesetError, RulesetStatus, Scope,
    };
    use nix::sys::prctl;
    use nix::sys::signal::Signal;

    /// The newest version of which every right is given up; older systems know fewer.
    const NEWEST: ABI = ABI::V7;

    pub(super) fn give_up_files() -> Option<u32> {
        let status = restricted().ok()?;
        match (status.ruleset, status.landlock) {
            (RulesetStatus::NotEnforced, _) => None,
            (_, LandlockStatus::Available { effective_abi, .. }) => Some(effective_abi as u32),
            _ => None,
        }
    }

    /// Every right that is handled and not granted is gone, and none is granted.
    fn restricted() -> Result<RestrictionStatus, RulesetError> {
        let ruleset = Ruleset::default()
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?;
        ruleset.create()?.restrict_self()
    }

    pub(super) fn end_with_parent() -> bool {
        prctl::set_pdeathsig(Signal::SIGKILL).is_ok()
    }

    pub(super) fn give_up_privileges() -> bool {
        prctl::set_no_new_privs().is_ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::fs::File;

        /// Landlock holds for a thread and what it starts, so a test can spare one for it.
        #[test]
        fn a_thread_without_files_opens_none() {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("file");
            std::fs::write(&path, "there").unwrap();
            let tried = std::thread::spawn({
                let path = path.clone();
                move || {
                    let abi = give_up_files();
                    let new = path.with_extension("new");
                    (abi, File::open(&path).is_ok(), File::create(new).is_ok())
                }
            });
            let (abi, opened, created) = tried.join().unwrap();
            if abi.is_none() {
                println!("a thread without files: this system has no Landlock: not run");
                return;
            }
            assert_eq!((opened, created), (false, false));
            assert!(File::open(&path).is_ok(), "the others go on");
        }
    }
}

/// Which system calls are left.
#[cfg(target_os = "linux")]
mod filter {
    use super::Purpose;

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
    pub(super) fn install(purpose: Purpose) -> bool {
        let filters = (rules::ending(), rules::granting(purpose));
        let (Ok(ending), Ok(granting)) = filters else { return false };
        seccompiler::apply_filter_all_threads(&ending).is_ok()
            && seccompiler::apply_filter_all_threads(&granting).is_ok()
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
    pub(super) fn install(_: Purpose) -> bool {
        false
    }

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
    mod rules {
        use super::Purpose;
        use libc::c_long;
        use seccompiler::SeccompCmpArgLen::Dword;
        use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
        use seccompiler::{
            BackendError, BpfProgram, SeccompAction, SeccompCmpOp, SeccompCondition, SeccompFilter,
            SeccompRule, TargetArch,
        };

        #[cfg(target_arch = "x86_64")]
        const ARCH: TargetArch = TargetArch::x86_64;
        #[cfg(target_arch = "aarch64")]
        const ARCH: TargetArch = TargetArch::aarch64;
        #[cfg(target_arch = "riscv64")]
        const ARCH: TargetArch = TargetArch::riscv64;

        type Result<T> = std::result::Result<T, BackendError>;

        /// What ends the process.
        const ENDING: &[c_long] = &[
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_listen,
            libc::SYS_accept,
            libc::SYS_accept4,
            libc::SYS_sendto,
            libc::SYS_sendmsg,
            libc::SYS_kill,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_open,
            libc::SYS_pidfd_getfd,
            libc::SYS_pidfd_send_signal,
            libc::SYS_io_uring_setup,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_userfaultfd,
            libc::SYS_keyctl,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_chroot,
            libc::SYS_open_by_handle_at,
            libc::SYS_init_module,
            libc::SYS_finit_module,
            libc::SYS_delete_module,
            libc::SYS_kexec_load,
        ];

        /// What is granted whatever its arguments are: memory, threads, signals within the process,
        /// the clock, chance, and to end.
        const GRANTED: &[c_long] = &[
            libc::SYS_brk,
            libc::SYS_munmap,
            libc::SYS_mremap,
            libc::SYS_madvise,
            libc::SYS_futex,
            libc::SYS_set_robust_list,
            libc::SYS_rseq,
            libc::SYS_sched_yield,
            libc::SYS_sched_getaffinity,
            libc::SYS_getpid,
            libc::SYS_gettid,
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            libc::SYS_sigaltstack,
            libc::SYS_restart_syscall,
            libc::SYS_clock_gettime,
            libc::SYS_clock_getres,
            libc::SYS_clock_nanosleep,
            libc::SYS_nanosleep,
            libc::SYS_gettimeofday,
            libc::SYS_getrandom,
            libc::SYS_close,
            libc::SYS_exit,
            libc::SYS_exit_group,
        ];

        const ENDS: SeccompAction = SeccompAction::KillProcess;
        const FAILS: SeccompAction = SeccompAction::Errno(libc::ENOSYS as u32);

        /// A new process that is no thread ends this one, too.
        pub(super) fn ending() -> Result<BpfProgram> {
            let clone = (libc::SYS_clone, vec![rule(&[(0, masked(libc::CLONE_THREAD, 0))])?]);
            let rules = plain(ENDING).chain([clone]).collect();
            SeccompFilter::new(rules, SeccompAction::Allow, ENDS, ARCH)?.try_into()
        }

        pub(super) fn granting(purpose: Purpose) -> Result<BpfProgram> {
            let rules = plain(GRANTED).chain(conditional()?).chain(descriptors(purpose)?).collect();
            SeccompFilter::new(rules, FAILS, SeccompAction::Allow, ARCH)?.try_into()
        }

        /// Which descriptors may be read, written and sought in.
        fn descriptors(purpose: Purpose) -> Result<Vec<(c_long, Vec<SeccompRule>)>> {
            let (read, written, sought): (&[u64], &[u64], &[u64]) = match purpose {
                Purpose::Files => (&[0], &[1, 2], &[]),
                Purpose::Clip => (&[0, 2], &[1], &[2]),
            };
            let of =
                [(libc::SYS_read, read), (libc::SYS_write, written), (libc::SYS_lseek, sought)];
            // A call without rules would be granted whatever its arguments are.
            let some = of.into_iter().filter(|(_, descriptors)| !descriptors.is_empty());
            let only = |descriptor: &u64| rule(&[(0, (Eq, *descriptor))]);
            some.map(|(call, descriptors)| {
                Ok((call, descriptors.iter().map(only).collect::<Result<_>>()?))
            })
            .collect()
        }

        fn conditional() -> Result<[(c_long, Vec<SeccompRule>); 5]> {
            let never_executed = (2, masked(libc::PROT_EXEC, 0));
            let anonymous = (3, masked(libc::MAP_ANONYMOUS, libc::MAP_ANONYMOUS));
            let thread = (0, masked(libc::CLONE_THREAD, libc::CLONE_THREAD));
            let own = (0, (Eq, u64::from(std::process::id())));
            let naming = (0, (Eq, libc::PR_SET_NAME as u64));
            Ok([
                (libc::SYS_mmap, vec![rule(&[never_executed.clone(), anonymous])?]),
                (libc::SYS_mprotect, vec![rule(&[never_executed])?]),
                (libc::SYS_clone, vec![rule(&[thread])?]),
                (libc::SYS_tgkill, vec![rule(&[own])?]),
                (libc::SYS_prctl, vec![rule(&[naming])?]),
            ])
        }

        fn plain(calls: &[c_long]) -> impl Iterator<Item = (c_long, Vec<SeccompRule>)> {
            calls.iter().map(|call| (*call, Vec::new()))
        }

        type Comparison = (SeccompCmpOp, u64);

        /// Arguments, by their numbers from 0, of which all must compare so.
        fn rule(arguments: &[(u8, Comparison)]) -> Result<SeccompRule> {
            let condition = |(number, (operation, value)): &(u8, Comparison)| {
                SeccompCondition::new(*number, Dword, operation.clone(), *value)
            };
            SeccompRule::new(arguments.iter().map(condition).collect::<Result<_>>()?)
        }

        fn masked(mask: i32, value: i32) -> Comparison {
            (MaskedEq(mask as u32 as u64), value as u32 as u64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(Seal::default().gaps().len(), 9);
        let most = Seal { system_calls: true, no_core: true, ..Seal::default() };
        assert_eq!(most.gaps().len(), 7);
        assert!(!most.gaps().contains(&Gap::SystemCalls));
    }
}
