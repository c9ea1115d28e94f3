package rules

// And passes if all rules do. They run in order, each with the value that the one before gave, and the first "no" is
// the verdict. And of nothing passes.
func And[C any](rules ...Rule[C]) Rule[C] {
	n := newNode("And", kindAnd, rules...)
	for _, part := range n.children {
		if part.kind != kindPure {
			n.chain = nil
			break
		}
		n.chain = append(n.chain, part.pure)
	}
	return Rule[C]{n}
}

// Or passes if one of the rules does. They run in order, and the first "yes" is the verdict; each is given the value
// that the one before gave, though it failed. If none passes the reasons of all are kept. Or of nothing fails.
func Or[C any](rules ...Rule[C]) Rule[C] { return Rule[C]{newNode("Or", kindOr, rules...)} }

// Not passes if the rule fails, and the other way round. What the rule made of the value stays.
func Not[C any](rule Rule[C]) Rule[C] {
	n := newNode("Not", kindNot, rule)
	n.name = clip(oneLine(n, clipped), clipped)
	return Rule[C]{n}
}

// Then runs all rules in order, whatever their verdicts, each with the value that the one before gave. The last verdict
// counts. Then of nothing passes.
func Then[C any](rules ...Rule[C]) Rule[C] { return Rule[C]{newNode("Then", kindThen, rules...)} }

// If runs the condition, and then, with the value that the condition gave, exactly one of the other two, whose verdict
// counts.
func If[C any](condition, then, otherwise Rule[C]) Rule[C] {
	return Rule[C]{newNode("If", kindIf, condition, then, otherwise)}
}
