package projects

// documentTypes are all kinds of documents. Each stands with its content and effects in the file named after it.
var documentTypes []documentType

func init() { // the effects themselves look kinds up, which an initialiser may not
	documentTypes = []documentType{
		roleGrantDocument, delegationDocument, departureDocument, accountDocument,
		budgetDocument, contractDocument, changeOrderDocument, certificateDocument, settlementDocument, terminationDocument,
		completionDocument, finalAccountDocument, milestoneDocument, yearEndDocument,
		manualVoucherDocument, correctionDocument, settingDocument, openingDocument,
		payeeDocument, paymentDocument, refundDocument,
		allocationDocument, cashPlanDocument, subsidyDocument, fundDocument, injectionDocument, villageDocument,
	}
}
