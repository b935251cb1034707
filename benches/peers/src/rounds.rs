//! Rounds over all contenders, so that what slows the machine for a while slows all of them, and medians over the rounds.

use std::time::Duration;

use crate::contender::{Contender, Form, allocations, time};

const BLOCK: Duration = Duration::from_millis(8);

pub struct Measured {
    pub form: Form,
    pub nanoseconds: f64,
    pub allocations: f64,
}

/// What each contender takes per decision.
pub fn measure(contenders: &mut [Box<dyn Contender + '_>], rounds: usize) -> Vec<Vec<Measured>> {
    struct Lane {
        contender: usize,
        form: Form,
        block: usize,
        times: Vec<f64>,
    }

    let mut lanes = Vec::new();
    for (index, contender) in contenders.iter_mut().enumerate() {
        for &form in contender.forms() {
            let block = block(contender.as_mut(), form);
            lanes.push(Lane { contender: index, form, block, times: Vec::with_capacity(rounds) });
        }
    }
    for _ in 0..rounds {
        for lane in &mut lanes {
            let mut count = 0;
            let taken = time(|| count = contenders[lane.contender].run(lane.form, lane.block));
            lane.times.push(taken.as_secs_f64() * 1e9 / count as f64);
        }
    }
    let mut measured: Vec<Vec<Measured>> = contenders.iter().map(|_| Vec::new()).collect();
    for mut lane in lanes {
        lane.times.sort_unstable_by(f64::total_cmp);
        let mut count = 0;
        let info = allocations(|| count = contenders[lane.contender].run(lane.form, lane.block.min(10_000)));
        measured[lane.contender].push(Measured {
            form: lane.form,
            nanoseconds: lane.times[lane.times.len() / 2],
            allocations: info.count_total as f64 / count as f64,
        });
    }
    measured
}

/// How many cases take long enough to be timed.
fn block(contender: &mut dyn Contender, form: Form) -> usize {
    let mut count = 4;
    loop {
        let taken = time(|| {
            contender.run(form, count);
        });
        if taken * 2 >= BLOCK {
            return count;
        }
        count *= 2;
    }
}
