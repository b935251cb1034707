# Policy A.
package quality

import rego.v1

# How grave it is.
names := ["none", "general", "minor", "serious", "grave"]

found contains 0

found contains 1 if input.act in {"paperwork", "labelling"}

found contains 2 if {
	input.act == "labelling"
	input.defect_rate >= 0.05
}

found contains 2 if input.act == "below_declared"

found contains 3 if input.act == "below_compulsory"

found contains 3 if {
	input.act != "none"
	harmful
}

found contains 4 if ban

found contains 4 if deadly

severity := max(found)

harmful if input.injured >= 1

harmful if input.defect_rate >= 0.2

default deadly := false

deadly if {
	input.act != "none"
	input.deaths >= 1
}

deadly if {
	input.act != "none"
	input.injured >= 10
}

default ban := false

ban if input.act in {"counterfeit", "illegal_additive"}

default court := false

court if deadly

court if {
	input.act == "illegal_additive"
	input.goods_value >= 150000
}

# What it costs.
multipliers := [0, 0.1, 0.5, 1.5, 3.25]

by_value := max([500, min([8000000, multipliers[severity] * input.goods_value])])

default by_unit := 0

by_unit := min([500000, 0.35 * input.units_sold]) if {
	severity >= 3
	input.units_sold > 1000
}

default repeated := 1

repeated := 1.5 if input.prior_violations >= 2

default cooperative := 1

cooperative := 0.75 if {
	input.cooperates
	severity < 4
}

default put_right := 1

put_right := 0.7 if {
	input.rectified
	severity <= 2
}

default most := 10000000

most := 50000 if input.stage == "before_market"

default least := 0

least := 100000 if {
	severity == 4
	input.stage != "before_market"
}

default fine := 0

fine := round(100 * min([most, max([least, ((by_value + by_unit) * repeated * cooperative) * put_right])])) / 100 if {
	severity >= 2
}

# Credit and exposure.
default good_faith := false

good_faith if {
	input.stage == "recall"
	input.cooperates
	input.rectified
	input.injured == 0
	input.deaths == 0
}

default credit_lost := false

credit_lost if {
	severity >= 3
	not good_faith
}

default points_of_repeated := 0

points_of_repeated := 2 * input.prior_violations if input.prior_violations >= 2

default points_lost := 0

points_lost := 10 if credit_lost

default exposure_days := 0

exposure_days := 365 if {
	severity == 4
	input.prior_violations >= 1
} else := 90 if credit_lost

# Help and praise.
default service := false

service if good_faith

service if severity in {1, 2}

default promotion := false

promotion if {
	input.declared_standard
	input.keeps_declared
	input.act == "none"
	input.prior_violations == 0
}

decision := {
	"severity": names[severity],
	"fine": fine,
	"credit_points": points_of_repeated + points_lost,
	"exposure_days": exposure_days,
	"court": court,
	"ban": ban,
	"service": service,
	"promotion": promotion,
}
