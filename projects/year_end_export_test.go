package projects

import "context"

// plainRequest stands for a payment request where only its steps matter.
type plainRequest struct{ Paper }

func (plainRequest) about(context.Context, resolver) (about, error) { return about{}, nil }

func init() {
	if _, err := documentTypeOf("payment_request"); err != nil {
		documentTypes = append(documentTypes, documentType{kind: "payment_request", prefix: "ZF", zh: "支付申请", en: "payment request", content: func() Content { return new(plainRequest) }})
	}
}
