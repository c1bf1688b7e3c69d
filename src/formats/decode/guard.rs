//! A decoder that panics costs its file an error, and nothing more.

use std::cell::Cell;
use std::panic::{UnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is in a decoder.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// What `work` gives; none if it panics, of which nothing is printed. The process's panic hook is
/// wrapped by the first call, and left to work as it did for everything else.
pub(super) fn quietly<T>(work: impl FnOnce() -> T + UnwindSafe) -> Option<T> {
    HOOK.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |fault| {
            if !INSIDE.get() {
                hook(fault);
            }
        }));
    });
    let outer = INSIDE.replace(true);
    let done = catch_unwind(work);
    INSIDE.set(outer);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_none() {
        assert_eq!(quietly(|| 5), Some(5));
        let none: Option<u8> = quietly(|| panic!("not to be seen"));
        assert_eq!((none, INSIDE.get()), (None, false));
    }
}
