//! How times are spread: counts in steps that grow with the time, so that very many take little room.

/// Steps of one doubling.
const STEPS: u64 = 32;
/// Times below this are counted exactly.
const EXACT_MS: u64 = 2 * STEPS;
/// Longer times count as this long.
const LONGEST_MS: u64 = (1 << 31) - 1;

/// How often times of each length were measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    /// By their steps, as far as there are any.
    counts: Vec<u64>,
    pub(super) n: u64,
}

impl Spread {
    /// Counts a time; what is below zero is a clock that was set.
    pub(super) fn add(&mut self, ms: i64) {
        let Ok(ms) = u64::try_from(ms) else { return };
        let step = step(ms.min(LONGEST_MS));
        if self.counts.len() <= step {
            self.counts.resize(step + 1, 0);
        }
        self.counts[step] += 1;
        self.n += 1;
    }

    /// Takes what `other` has counted.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (sum, n) in self.counts.iter_mut().zip(&other.counts) {
            *sum += n;
        }
        self.n += other.n;
    }

    /// The time that so many of a hundred do not exceed, in milliseconds, by at most a thirtieth too short.
    pub(super) fn percentile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.n * percent).div_ceil(100).max(1);
        let mut sum = 0;
        let reached = |n: &u64| {
            sum += n;
            sum >= wanted
        };
        self.counts.iter().position(reached).map(|step| start(step as u64))
    }
}

fn step(ms: u64) -> usize {
    if ms < EXACT_MS {
        return ms as usize;
    }
    let doublings = u64::from(ms.ilog2() - EXACT_MS.ilog2()) + 1;
    (EXACT_MS + (doublings - 1) * STEPS + (ms >> doublings) - STEPS) as usize
}

/// Where a step begins.
fn start(step: u64) -> u64 {
    if step < EXACT_MS {
        return step;
    }
    let doublings = (step - EXACT_MS) / STEPS + 1;
    ((step - EXACT_MS) % STEPS + STEPS) << doublings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_exact_for_short_times_and_near_for_long_ones() {
        let mut before = 0;
        for ms in (0..200).chain((1..1000).map(|n| n * 2_000_003)) {
            let ms = ms.min(LONGEST_MS);
            let begins = start(step(ms) as u64);
            assert!(begins <= ms && ms - begins <= ms / 30, "{ms} is counted as {begins}");
            assert!(step(ms) >= before, "{ms}");
            before = step(ms);
        }
        assert!(step(LONGEST_MS) < 1_000);
    }

    #[test]
    fn percentiles_are_those_of_all_parts_together() {
        let (mut even, mut odd) = (Spread::default(), Spread::default());
        for ms in 1..=100 {
            if ms % 2 == 0 { even.add(ms) } else { odd.add(ms) }
        }
        odd.add(-5);
        even.merge(&odd);
        assert_eq!((even.n, even.percentile(50), even.percentile(95)), (100, Some(50), Some(94)));
        assert_eq!(Spread::default().percentile(50), None);
    }
}
