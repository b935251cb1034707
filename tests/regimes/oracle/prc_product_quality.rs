//! PRC Product Quality Law, penalties: reading of `prc_product_quality/SPEC.md`.
//! Whether there is a fine (`fine_status`, `level`) is asked of the exact amount, not of the rounded one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::facts::{absent, amount, forget, has, integer, items, text, undetermined, yes};
use super::money::Exact;
use super::random::Random;

fn article(kind: &str) -> u32 {
    match kind {
        "unsafe_standard" => 49,
        "adulterated" | "fake" | "inferior" | "nonconforming" => 50,
        "obsolete" => 51,
        "spoiled" => 52,
        "forged_marks" => 53,
        "label" => 54,
        _ => panic!("no kind: {kind}"),
    }
}

/// Least and most multiple of the goods value, in tenths.
fn multiples(article: u32) -> (i128, i128) {
    match article {
        49 => (10, 30),
        50 => (5, 30),
        51 | 53 => (0, 10),
        52 => (0, 20),
        54 => (0, 3),
        _ => panic!("no article: {article}"),
    }
}

/// An amount of discretion.
#[derive(Clone, Copy)]
struct Band {
    low: Exact,
    high: Exact,
}

impl Band {
    const NONE: Self = Self { low: Exact::ZERO, high: Exact::ZERO };

    /// The part of the statutory range that the gravity leaves.
    fn narrowed(self, gravity: &str) -> Self {
        let width = self.high - self.low;
        let (from, to) = match gravity {
            "lighter" => (0, 3),
            "general" => (3, 7),
            "heavier" => (7, 10),
            _ => panic!("no gravity: {gravity}"),
        };
        Self { low: self.low + width.times(from, 10), high: self.low + width.times(to, 10) }
    }
}

pub(crate) fn decide(facts: &Value) -> Value {
    let mut missing = absent(facts, &["role", "products"]);
    if has(facts, "role") && text(facts, "role") == "service_operator" {
        missing.extend(absent(facts, &["knew"]));
    }
    for (index, product) in items(facts, "products").iter().enumerate() {
        if !has(product, "tagged_price") && !has(product, "market_price") {
            missing.push(format!("products[{index}].price"));
        }
    }
    if !missing.is_empty() {
        return undetermined(missing);
    }

    let role = text(facts, "role");
    let operator = role == "service_operator";
    let punishable = !operator || yes(facts, "knew", false);
    let gravity = facts.get("gravity").map_or("general", |gravity| gravity.as_str().expect("a text"));

    let mut goods_total = Exact::ZERO;
    let mut controlling_articles = Vec::new();
    let mut fine = Band::NONE;
    let mut measures = BTreeSet::new();
    let (mut sales, mut unsold) = (Exact::ZERO, Exact::ZERO);
    for product in items(facts, "products") {
        let price = amount(product, "tagged_price").or(amount(product, "market_price")).expect("needed");
        let pieces_sold = i128::from(integer(product, "sold", 0));
        let pieces_unsold = i128::from(integer(product, "unsold", 0));
        let goods = price.times(pieces_sold + pieces_unsold, 1);
        goods_total = goods_total + goods;

        let serious = yes(product, "serious", false);
        let kinds: Vec<&str> =
            items(product, "kinds").iter().map(|kind| kind.as_str().expect("a text")).collect();
        let articles: BTreeSet<u32> = kinds
            .iter()
            .map(|kind| article(kind))
            .filter(|article| !(*article == 52 && role == "producer"))
            .filter(|article| !operator || (49..=52).contains(article))
            .collect();
        let upto_52 = articles.iter().any(|article| (49..=52).contains(article));
        let upto_53 = articles.iter().any(|article| (49..=53).contains(article));
        let label_fined = articles.contains(&54)
            && yes(product, "packaged", false)
            && yes(product, "label_item_4_or_5", false)
            && serious;

        if operator && upto_52 {
            measures.insert("stop_use");
        }
        // Art 60 asks for a producer, and a producer is always punishable.
        if role == "producer"
            && yes(facts, "dedicated_tooling", false)
            && (articles.contains(&49) || articles.contains(&51) || kinds.contains(&"fake"))
        {
            measures.insert("confiscate_tooling");
        }
        if !punishable {
            controlling_articles.push(0);
            continue;
        }
        if !operator && (upto_52 || label_fined) {
            measures.insert("order_stop");
        }
        if upto_53 {
            measures.insert("confiscate_goods");
        }
        if articles.contains(&53) || articles.contains(&54) {
            measures.insert("order_correction");
        }
        if serious && upto_53 {
            measures.insert("revoke_licence");
        }
        if articles.iter().any(|article| [49, 50, 52].contains(article)) {
            sales = sales + price.times(pieces_sold, 1);
            unsold = unsold + price.times(pieces_unsold, 1);
        }

        let controlling =
            articles.iter().copied().filter(|article| *article != 54 || label_fined).max_by_key(|article| {
                let (least, most) = multiples(*article);
                (most, least, std::cmp::Reverse(*article))
            });
        controlling_articles.push(controlling.unwrap_or(0));
        if let Some(article) = controlling {
            let (least, most) = multiples(article);
            let statutory = Band { low: goods.times(least, 10), high: goods.times(most, 10) };
            let mitigated = yes(facts, "seller_good_faith", false) && role == "seller" && article != 54;
            let band = match mitigated {
                true if statutory.low > Exact::ZERO => Band { low: Exact::ZERO, high: statutory.low },
                true => statutory.narrowed("lighter"),
                false => statutory.narrowed(gravity),
            };
            fine = Band { low: fine.low + band.low, high: fine.high + band.high };
        }
    }

    let tampered = amount(facts, "tampered_seized_value").unwrap_or(Exact::ZERO);
    let tampering = Band { low: tampered, high: tampered.times(3, 1) }.narrowed(gravity);
    fine = Band { low: fine.low + tampering.low, high: fine.high + tampering.high };

    if yes(facts, "refused_inspection", false) {
        measures.extend(["warning", "order_correction"]);
        if yes(facts, "particularly_serious", false) {
            measures.insert("revoke_licence");
        } else if yes(facts, "refused_to_correct", false) {
            measures.insert("suspend_business");
        }
    }

    let income = amount(facts, "illegal_income").unwrap_or(Exact::ZERO);
    let unlawful = controlling_articles.iter().any(|article| *article != 0) || tampered > Exact::ZERO;
    let ground = if sales >= Exact::whole(50_000) {
        Some("sales")
    } else if unsold >= Exact::whole(150_000) {
        Some("unsold")
    } else if sales.times(3, 1) + unsold >= Exact::whole(150_000) {
        Some("combined")
    } else {
        None
    };
    let fined = fine.high > Exact::ZERO;
    let fine_status = match (fined, ground) {
        (false, _) => "none",
        (true, Some(_)) => "withheld",
        (true, None) => "imposed",
    };
    let level = if ground.is_some() {
        "transfer"
    } else if measures.contains("revoke_licence") {
        "revocation"
    } else if fined {
        "fine"
    } else if !measures.is_empty() {
        "correction"
    } else {
        "none"
    };
    json!({
        "status": "decided",
        "missing": [],
        "total_goods_value": goods_total.two_decimals(),
        "controlling_articles": controlling_articles,
        "fine_low": fine.low.two_decimals(),
        "fine_high": fine.high.two_decimals(),
        "fine_proposed": (fine.low + fine.high).times(1, 2).two_decimals(),
        "fine_status": fine_status,
        "confiscated_income": if unlawful { income.two_decimals() } else { "0.00".to_owned() },
        "measures": measures,
        "transfer": ground.is_some(),
        "transfer_ground": ground,
        "level": level,
    })
}

pub(crate) fn generate(random: &mut Random) -> Value {
    let role = random.pick(&["producer", "producer", "seller", "seller", "service_operator"]);
    let count = random.pick(&[1, 1, 1, 2, 2, 3]);
    let products: Vec<Value> = (1..=count).map(|number| product(random, number)).collect();
    let mut facts = json!({ "role": role, "products": products });
    if random.chance(if role == "service_operator" { 85 } else { 15 }) {
        facts["knew"] = json!(random.chance(60));
    }
    if random.chance(70) {
        facts["gravity"] = json!(random.pick(&["lighter", "general", "heavier"]));
    }
    if random.chance(40) {
        facts["illegal_income"] =
            json!(random.pick(&["0", "0.00", "1200.50", "0.005", "0.004", "99999999.99"]));
    }
    for (key, given) in [
        ("seller_good_faith", 45),
        ("dedicated_tooling", 40),
        ("refused_inspection", 35),
        ("refused_to_correct", 35),
        ("particularly_serious", 25),
    ] {
        if random.chance(given) {
            facts[key] = json!(random.chance(65));
        }
    }
    if random.chance(30) {
        facts["tampered_seized_value"] =
            json!(random.pick(&["0", "0.01", "0.005", "100", "33333.33", "0.001"]));
    }
    if random.chance(10) {
        for index in 0..count as usize {
            if random.chance(60) {
                forget(&mut facts["products"][index], "tagged_price");
                forget(&mut facts["products"][index], "market_price");
            }
        }
        for key in ["role", "knew", "products"] {
            if random.chance(20) {
                forget(&mut facts, key);
            }
        }
    }
    facts
}

/// Prices and pieces that meet on the transfer thresholds, with kinds that tie on their multiples.
fn product(random: &mut Random, number: i64) -> Value {
    const KINDS: [&str; 9] = [
        "unsafe_standard",
        "adulterated",
        "fake",
        "inferior",
        "nonconforming",
        "obsolete",
        "spoiled",
        "forged_marks",
        "label",
    ];
    let mut kinds = vec![random.pick(&KINDS)];
    for _ in 0..random.pick(&[0, 0, 0, 1, 1, 2, 3]) {
        let kind = random.pick(&KINDS);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let sold = random.pick(&[0, 0, 1, 2, 10, 100, 166, 167, 499, 500, 501]);
    let unsold = random.pick(&[0, 0, 1, 90, 1199, 1200, 1201, 1499, 1500, 1501]);
    let mut product = json!({ "id": format!("P{number}"), "kinds": kinds, "sold": sold, "unsold": unsold });
    let prices = [
        "100.00",
        "100.00",
        "100.00",
        "99.99",
        "100.01",
        "3.335",
        "0.01",
        "0",
        "0.05",
        "300",
        "33.3333",
        "49999.99",
        "50000",
        "149999.99",
    ];
    let given = random.between(0, 9);
    if given <= 6 {
        product["tagged_price"] = json!(random.pick(&prices));
    }
    if given >= 5 {
        product["market_price"] = json!(random.pick(&prices));
    }
    for key in ["serious", "packaged", "label_item_4_or_5"] {
        if random.chance(50) {
            product[key] = json!(random.chance(70));
        }
    }
    product
}
