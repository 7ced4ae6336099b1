package cases

import (
	"encoding/json"
	"fmt"
)

// Leaves is how many JSON leaves differ between two documents: scalars that are not equal or stand in
// one only. A list or object that stands in one only counts as one leaf, so that a case may differ from
// its twin by a whole line.
func Leaves(a, b []byte) (int, error) {
	var left, right any
	if err := json.Unmarshal(a, &left); err != nil {
		return 0, fmt.Errorf("decode case: %w", err)
	}
	if err := json.Unmarshal(b, &right); err != nil {
		return 0, fmt.Errorf("decode case: %w", err)
	}
	return leaves(left, right), nil
}

func leaves(a, b any) (n int) {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return 1
		}
		for name, member := range a {
			if other, both := b[name]; both {
				n += leaves(member, other)
			} else {
				n++
			}
		}
		for name := range b {
			if _, both := a[name]; !both {
				n++
			}
		}
		return n
	case []any:
		b, ok := b.([]any)
		if !ok {
			return 1
		}
		for i := range min(len(a), len(b)) {
			n += leaves(a[i], b[i])
		}
		return n + max(len(a), len(b)) - min(len(a), len(b))
	}
	switch b.(type) {
	case map[string]any, []any:
		return 1
	}
	if a != b {
		return 1
	}
	return 0
}
