//! Generated policies hold the laws of the language.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#[allow(dead_code, reason = "the fuzz targets use the rest")]
mod generate;

#[test]
fn probe() {
    use assize::Policy;
    let mut state: u64 = 1;
    let mut next = || { state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); (state >> 33) as u8 };
    let mut codes: std::collections::BTreeMap<String, (u32, String)> = Default::default();
    let mut status: std::collections::BTreeMap<&str, u32> = Default::default();
    let n: u32 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(500);
    let (mut ok, mut size, mut gen_time, mut check_time, mut decide_time) = (0, 0, std::time::Duration::ZERO, std::time::Duration::ZERO, std::time::Duration::ZERO);
    for _ in 0..n {
        let len = 200 + 6 * next() as usize;
        let bytes: Vec<u8> = (0..len).map(|_| next()).collect();
        let t = std::time::Instant::now();
        let made = generate::policy(&bytes);
        let text = made.text();
        gen_time += t.elapsed();
        size += text.len();
        let t = std::time::Instant::now();
        let built = Policy::from_text("p.assize", &text);
        check_time += t.elapsed();
        match built {
            Ok(policy) => {
                ok += 1;
                for _ in 0..5 {
                    let bytes: Vec<u8> = (0..200).map(|_| next()).collect();
                    let facts = made.case(&mut generate::Choices::new(&bytes)).value.to_string();
                    let t = std::time::Instant::now();
                    let decision = policy.decide_json(&facts);
                    decide_time += t.elapsed();
                    *status.entry(decision.status().as_str()).or_default() += 1;
                    for p in decision.problems() { 
                        let e = codes.entry(format!("{} {}", p.code.as_str(), if p.code.as_str().starts_with("eval/internal") {p.message.clone()} else {String::new()})).or_insert((0, String::new())); e.0 += 1; }
                }
            }
            Err(error) => for d in error.diagnostics() {
                if d.code.severity() == assize::Severity::Warning { continue }
                let s = error.sources().unwrap();
                let line = text.lines().nth(s.position(d.span).line as usize - 1).unwrap_or("");
                let e = codes.entry(d.code.as_str().to_owned()).or_insert_with(|| (0, format!("{}\n   {line}", d.render(s))));
                e.0 += 1;
                if e.0 < 4 { println!("{}\n   {line}", d.render(s)); }
            }
        }
    }
    println!("accepted {ok} of {n}, {} bytes, gen {:?} check {:?} decide {:?}", size / n as usize, gen_time / n, check_time / n, decide_time / (5 * ok));
    println!("{status:?}");
    for (code, (count, _)) in codes { println!("{count} {code}"); }
}
