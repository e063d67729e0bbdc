// A provider for Terraform and OpenTofu that knows what may be written, and does nothing: it has its
// schema from a file. With it a configuration is validated and planned where the real provider cannot
// be had. What a cloud would refuse is not found.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attribute struct {
	Name     string          `json:"name"`
	Type     json.RawMessage `json:"type"`
	Required bool            `json:"required"`
	Optional bool            `json:"optional"`
	Computed bool            `json:"computed"`
}

type nested struct {
	Name   string `json:"name"`
	Single bool   `json:"single"`
	Block  block  `json:"block"`
}

type block struct {
	Attributes []attribute `json:"attributes"`
	Blocks     []nested    `json:"blocks"`
}

type schemas struct {
	Provider  block            `json:"provider"`
	Resources map[string]block `json:"resources"`
	Data      map[string]block `json:"data"`
	// Texts that every data source answers with, by attribute.
	Answers map[string]string `json:"answers"`
}

func (b block) schema() *tfprotov5.SchemaBlock {
	made := &tfprotov5.SchemaBlock{}
	for _, a := range b.Attributes {
		kind, err := tftypes.ParseJSONType(a.Type)
		if err != nil {
			log.Fatalf("attribute %s: %v", a.Name, err)
		}
		made.Attributes = append(made.Attributes, &tfprotov5.SchemaAttribute{
			Name: a.Name, Type: kind, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
		})
	}
	for _, n := range b.Blocks {
		one := &tfprotov5.SchemaNestedBlock{
			TypeName: n.Name, Block: n.Block.schema(), Nesting: tfprotov5.SchemaNestedBlockNestingModeList,
		}
		if n.Single {
			one.MaxItems = 1
		}
		made.BlockTypes = append(made.BlockTypes, one)
	}
	return made
}

func (b block) wire() *tfprotov5.Schema { return &tfprotov5.Schema{Block: b.schema()} }

// What is called and not written here is a bug: the embedded interface is nil.
type provider struct {
	tfprotov5.ProviderServer
	known schemas
}

func (p provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	return &tfprotov5.GetMetadataResponse{}, nil
}

func (p provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	made := &tfprotov5.GetProviderSchemaResponse{
		Provider:          p.known.Provider.wire(),
		ResourceSchemas:   map[string]*tfprotov5.Schema{},
		DataSourceSchemas: map[string]*tfprotov5.Schema{},
	}
	for name, b := range p.known.Resources {
		made.ResourceSchemas[name] = b.wire()
	}
	for name, b := range p.known.Data {
		made.DataSourceSchemas[name] = b.wire()
	}
	return made, nil
}

func (p provider) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

func (p provider) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (p provider) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (p provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (p provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

// What a resource does not say and a cloud would fill in is unknown.
func (p provider) PlanResourceChange(_ context.Context, r *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	b := p.known.Resources[r.TypeName]
	planned, err := filled(b, r.ProposedNewState, func(a attribute, kind tftypes.Type) tftypes.Value {
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	})
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: planned}, err
}

func (p provider) ReadDataSource(_ context.Context, r *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	b := p.known.Data[r.TypeName]
	state, err := filled(b, r.Config, func(a attribute, kind tftypes.Type) tftypes.Value {
		if answer, ok := p.known.Answers[a.Name]; ok && kind.Is(tftypes.String) {
			return tftypes.NewValue(kind, answer)
		}
		return tftypes.NewValue(kind, nil)
	})
	return &tfprotov5.ReadDataSourceResponse{State: state}, err
}

func filled(b block, from *tfprotov5.DynamicValue, fill func(attribute, tftypes.Type) tftypes.Value) (*tfprotov5.DynamicValue, error) {
	kind := b.wire().ValueType()
	value, err := from.Unmarshal(kind)
	if err != nil || value.IsNull() {
		return from, err
	}
	fields := map[string]tftypes.Value{}
	if err := value.As(&fields); err != nil {
		return nil, err
	}
	for _, a := range b.Attributes {
		if field := fields[a.Name]; a.Computed && field.IsNull() {
			fields[a.Name] = fill(a, field.Type())
		}
	}
	made, err := tfprotov5.NewDynamicValue(kind, tftypes.NewValue(kind, fields))
	return &made, err
}

func main() {
	text, err := os.ReadFile(os.Getenv("TERRAFORM_SCHEMA"))
	if err != nil {
		log.Fatal(err)
	}
	var known schemas
	if err := json.Unmarshal(text, &known); err != nil {
		log.Fatal(err)
	}
	server := func() tfprotov5.ProviderServer { return provider{known: known} }
	if err := tf5server.Serve("hashicorp/google", server); err != nil {
		log.Fatal(err)
	}
}
