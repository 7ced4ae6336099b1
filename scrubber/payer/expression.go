package payer

import (
	"fmt"
	"math"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

// The limits of an expression. Cost is in CEL's units, about one for each value looked at or ten characters copied, so
// it bounds memory too; the estimate is for the largest encounter the schema admits.
const (
	maxExpression = 4096    // characters
	maxNesting    = 32      // levels of the syntax tree
	maxEstimate   = 200_000 // cost of the worst case, checked when a profile is loaded
	maxCost       = 50_000  // cost of one evaluation
	maxListed     = 10_000  // elements of a list that sum adds, and line numbers of a verdict
	maxMessage    = 300     // characters of a message
)

// environment is what expressions are checked in and run with.
type environment struct {
	*cel.Env
	vars map[string]*variable
}

// newEnvironment declares the view and a small library: CEL's own without dynamic types and without dates and times,
// whose time zones are read from the machine's files, with sum and days_between added.
func newEnvironment() (*environment, error) {
	e := &environment{vars: map[string]*variable{}}
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(env.NewLibrarySubset().AddExcludedFunctions(excluded()...))),
		ext.NativeTypes(reflect.TypeFor[Line](), reflect.TypeFor[Service](), reflect.TypeFor[SameDay](), reflect.TypeFor[Plan](), ext.ParseStructTags(true)),
		cel.Variable(found, cel.ListType(cel.IntType)),
		cel.Function("sum", cel.Overload("sum_list_int", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(sum))),
		cel.Function("days_between", cel.Overload("days_between_string_string", []*cel.Type{cel.StringType, cel.StringType}, cel.IntType, cel.BinaryBinding(daysBetween))),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(maxNesting),
	}
	all := variables()
	for i := range all {
		e.vars[all[i].name] = &all[i]
		options = append(options, cel.Variable(all[i].name, celType(all[i].of)))
	}
	var err error
	e.Env, err = cel.NewCustomEnv(options...)
	return e, err
}

func excluded() (out []*env.Function) {
	for _, name := range []string{
		"timestamp", "duration", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear",
		"getHours", "getMilliseconds", "getMinutes", "getMonth", "getSeconds", "dyn", "type",
	} {
		out = append(out, env.NewFunction(name))
	}
	return out
}

// sum adds whole numbers.
func sum(list ref.Val) ref.Val {
	total := types.Int(0)
	if size := list.(traits.Sizer).Size().(types.Int); size > maxListed {
		return types.NewErr("sum: %d elements, expected at most %d", size, maxListed)
	}
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		added := total.Add(it.Next())
		n, ok := added.(types.Int)
		if !ok {
			return added // an overflow
		}
		total = n
	}
	return total
}

// daysBetween is how many days the second date is after the first.
func daysBetween(from, to ref.Val) ref.Val {
	a, err := civil.ParseDate(string(from.(types.String)))
	if err != nil {
		return types.NewErr("days_between: %v", err)
	}
	b, err := civil.ParseDate(string(to.(types.String)))
	if err != nil {
		return types.NewErr("days_between: %v", err)
	}
	return types.Int(b - a)
}

// fault is what is wrong with an expression: where in it, line from 1 and column from 0, and what.
type fault struct {
	line, column int
	message      string
}

// compile checks an expression of one of the wanted types; what names them.
func (e *environment) compile(text, what string, wanted ...*cel.Type) (cel.Program, []fault) {
	ast, issues := e.Compile(text)
	if issues != nil && issues.Err() != nil {
		var faults []fault
		for _, err := range issues.Errors() {
			faults = append(faults, fault{max(1, err.Location.Line()), max(0, err.Location.Column()), err.Message}) // of the whole, it has none
		}
		return nil, faults
	}
	ok := false
	for _, w := range wanted {
		ok = ok || ast.OutputType().IsExactType(w)
	}
	if !ok {
		return nil, []fault{{1, 0, fmt.Sprintf("the expression is of type %s: expected %s", ast.OutputType(), what)}}
	}
	estimate, err := e.EstimateCost(ast, sizes{})
	if err != nil {
		return nil, []fault{{1, 0, fmt.Sprintf("the cost cannot be estimated: %v", err)}}
	}
	if estimate.Max > maxEstimate {
		worst := fmt.Sprint(estimate.Max)
		if estimate.Max == math.MaxUint64 {
			worst = "unbounded"
		}
		return nil, []fault{{1, 0, fmt.Sprintf("the worst case costs %s for the largest encounter: expected at most %d; nest fewer loops over lines, services and same_day", worst, maxEstimate)}}
	}
	program, err := e.Program(ast, cel.CostLimit(maxCost), cel.CostTracking(sizes{}), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, []fault{{1, 0, err.Error()}}
	}
	return program, nil
}

// sizes tells the cost estimator how long the view's lists and texts can be.
type sizes struct{}

// EstimateSize implements cost.Estimator.
func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if max, ok := bound(n.Path()); ok {
		return &cost.SizeEstimate{Min: 0, Max: uint64(max)}
	}
	return nil
}

// EstimateCallCost implements cost.Estimator for our own functions, and for numbers and facts as text, whose length
// CEL does not bound.
func (s sizes) EstimateCallCost(function, overload string, _ *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	switch overload {
	case "int64_to_string", "uint64_to_string", "double_to_string", "bool_to_string":
		return &cost.CallEstimate{CostEstimate: cost.FixedCostEstimate(1), ResultSize: &cost.SizeEstimate{Min: 1, Max: 32}}
	}
	switch function {
	case operators.Equals, operators.NotEquals, operators.In:
		most, of := s.most(args[1]), args[1].Type()
		if function != operators.In {
			most, of = min(most, s.most(args[0])), args[0].Type()
		}
		if elements := of.Parameters(); len(elements) > 0 && most > 0 && (of.Kind() == types.ListKind || function != operators.In) {
			return comparison(most, elements[len(elements)-1])
		}
	case "sum":
		if most := s.most(args[0]); most != math.MaxUint64 {
			return &cost.CallEstimate{CostEstimate: cost.Estimate{Min: 1, Max: most + 1}}
		}
		return &cost.CallEstimate{CostEstimate: cost.UnknownCostEstimate()}
	}
	return nil
}

// most is how many elements or characters a value has at most, where that is known.
func (s sizes) most(n cost.AstNode) uint64 {
	size := n.ComputedSize()
	if size == nil {
		size = s.EstimateSize(n)
	}
	if size == nil {
		return math.MaxUint64
	}
	return size.Max
}

// recordCost is what the comparison of two records costs. CEL takes it for a tenth, as that of two characters.
const recordCost = 10

// comparison is the cost of comparing the elements of lists: CEL's own for texts and numbers, and without a bound for what
// holds lists in lists.
func comparison(most uint64, of *cel.Type) *cost.CallEstimate {
	unbounded := &cost.CallEstimate{CostEstimate: cost.UnknownCostEstimate()}
	switch of.Kind() {
	case types.ListKind, types.MapKind, types.DynKind, types.AnyKind:
		return unbounded
	case types.StructKind:
		if most == math.MaxUint64 {
			return unbounded
		}
		return &cost.CallEstimate{CostEstimate: cost.Estimate{Min: 1, Max: 1 + most*recordCost}}
	}
	return nil
}

// CallCost implements cost.ActualCostEstimator for our own functions.
func (sizes) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	n := uint64(1)
	switch function {
	case "sum":
		n += uint64(args[0].(traits.Sizer).Size().(types.Int))
	case operators.Equals, operators.NotEquals, operators.In:
		list, ok := args[len(args)-1].(traits.Lister)
		if !ok || list.Size() == types.IntZero {
			return nil
		}
		if of, ok := list.Get(types.IntZero).Type().(*types.Type); !ok || of.Kind() != types.StructKind {
			return nil
		}
		n += recordCost * uint64(list.Size().(types.Int))
	default:
		return nil
	}
	return &n
}

// run evaluates a program over a case.
func (e *environment) run(p cel.Program, c *scrubber.Case) (ref.Val, error) {
	out, _, err := p.Eval(&activation{c: c, e: e})
	return out, err
}

// say evaluates a message over a case and the lines at fault.
func (e *environment) say(p cel.Program, c *scrubber.Case, lines []int) (ref.Val, error) {
	out, _, err := p.Eval(&activation{c: c, e: e, saying: true, found: lines})
	return out, err
}
