// JSON of the bridge <-> structs of the SDK, whose members bear the names of the service model.
package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray/types"
)

var moment = reflect.TypeFor[time.Time]()

// Unions of requests: Go cannot list who implements an interface.
var unions = map[string]reflect.Type{
	"IndexingRuleValueUpdate.Probabilistic": reflect.TypeFor[types.IndexingRuleValueUpdateMemberProbabilistic](),
}

func decode(from any, into reflect.Value) error {
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		return decode(from, into.Elem())
	}
	if into.Type() == moment {
		seconds := from.(map[string]any)["$moment"].(float64)
		into.Set(reflect.ValueOf(time.UnixMicro(int64(math.Round(seconds * 1e6)))))
		return nil
	}
	switch value := from.(type) {
	case map[string]any:
		return decodeMembers(value, into)
	case []any:
		into.Set(reflect.MakeSlice(into.Type(), len(value), len(value)))
		for i, each := range value {
			if err := decode(each, into.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	given := reflect.ValueOf(from)
	if !given.IsValid() || !given.CanConvert(into.Type()) {
		return fmt.Errorf("%v is no %v", from, into.Type())
	}
	into.Set(given.Convert(into.Type()))
	return nil
}

func decodeMembers(from map[string]any, into reflect.Value) error {
	if into.Kind() == reflect.Map {
		into.Set(reflect.MakeMap(into.Type()))
		for key, each := range from {
			value := reflect.New(into.Type().Elem()).Elem()
			if err := decode(each, value); err != nil {
				return err
			}
			into.SetMapIndex(reflect.ValueOf(key), value)
		}
		return nil
	}
	for name, each := range from {
		field := into
		if into.Kind() == reflect.Interface {
			member, known := unions[into.Type().Name()+"."+name]
			if !known {
				return fmt.Errorf("%v has no member %s", into.Type(), name)
			}
			chosen := reflect.New(member)
			into.Set(chosen)
			field = chosen.Elem().FieldByName("Value")
		} else if field = into.FieldByName(name); !field.IsValid() {
			return fmt.Errorf("%v has no member %s", into.Type(), name)
		}
		if err := decode(each, field); err != nil {
			return err
		}
	}
	return nil
}

// nil for what the SDK left unset.
func encode(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Interface, reflect.Pointer:
		if value.IsNil() {
			return nil
		}
		if _, member, isUnion := strings.Cut(value.Elem().Type().Name(), "Member"); isUnion {
			return map[string]any{member: encode(value.Elem().FieldByName("Value"))}
		}
		return encode(value.Elem())
	case reflect.Slice:
		if value.IsNil() {
			return nil
		}
		list := make([]any, value.Len())
		for i := range list {
			list[i] = encode(value.Index(i))
		}
		return list
	case reflect.Map:
		if value.IsNil() {
			return nil
		}
		members := map[string]any{}
		for each := value.MapRange(); each.Next(); {
			members[each.Key().String()] = encode(each.Value())
		}
		return members
	case reflect.Struct:
		if value.Type() == moment {
			return map[string]any{"$moment": float64(value.Interface().(time.Time).UnixMicro()) / 1e6}
		}
		members := map[string]any{}
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if !field.IsExported() || field.Anonymous || field.Name == "ResultMetadata" {
				continue
			}
			if member := encode(value.Field(i)); member != nil && !isEnumUnset(value.Field(i)) {
				members[field.Name] = member
			}
		}
		return members
	}
	return value.Interface()
}

// Enumerations are strings, "" where the answer has none.
func isEnumUnset(value reflect.Value) bool {
	return value.Kind() == reflect.String && value.Len() == 0 && value.Type().Name() != "string"
}
