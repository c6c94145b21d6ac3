// The JSON Schemas of protocol/schemas by name: those of records. `tests/web` holds that none is missing.

import adoption from '../../../../protocol/schemas/adoption.json' with { type: 'json' };
import catalogue from '../../../../protocol/schemas/catalogue.json' with { type: 'json' };
import catalogueRecord from '../../../../protocol/schemas/catalogue-record.json' with { type: 'json' };
import certificate from '../../../../protocol/schemas/certificate.json' with { type: 'json' };
import common from '../../../../protocol/schemas/common.json' with { type: 'json' };
import credential from '../../../../protocol/schemas/credential.json' with { type: 'json' };
import criterionAgreement from '../../../../protocol/schemas/criterion-agreement.json' with { type: 'json' };
import criterionComment from '../../../../protocol/schemas/criterion-comment.json' with { type: 'json' };
import criterionConsultation from '../../../../protocol/schemas/criterion-consultation.json' with { type: 'json' };
import criterionProposal from '../../../../protocol/schemas/criterion-proposal.json' with { type: 'json' };
import criterionPublication from '../../../../protocol/schemas/criterion-publication.json' with { type: 'json' };
import criterionRetirement from '../../../../protocol/schemas/criterion-retirement.json' with { type: 'json' };
import eventChemicalDeclaration from '../../../../protocol/schemas/event-chemical-declaration.json' with { type: 'json' };
import eventDestruction from '../../../../protocol/schemas/event-destruction.json' with { type: 'json' };
import eventErasure from '../../../../protocol/schemas/event-erasure.json' with { type: 'json' };
import eventFootprintStatement from '../../../../protocol/schemas/event-footprint-statement.json' with { type: 'json' };
import eventGarmentBorn from '../../../../protocol/schemas/event-garment-born.json' with { type: 'json' };
import eventLabTest from '../../../../protocol/schemas/event-lab-test.json' with { type: 'json' };
import eventLabelling from '../../../../protocol/schemas/event-labelling.json' with { type: 'json' };
import eventLotDeclared from '../../../../protocol/schemas/event-lot-declared.json' with { type: 'json' };
import eventOpeningStock from '../../../../protocol/schemas/event-opening-stock.json' with { type: 'json' };
import eventPacking from '../../../../protocol/schemas/event-packing.json' with { type: 'json' };
import eventProcess from '../../../../protocol/schemas/event-process.json' with { type: 'json' };
import eventReceipt from '../../../../protocol/schemas/event-receipt.json' with { type: 'json' };
import eventRecycling from '../../../../protocol/schemas/event-recycling.json' with { type: 'json' };
import eventRepair from '../../../../protocol/schemas/event-repair.json' with { type: 'json' };
import eventResale from '../../../../protocol/schemas/event-resale.json' with { type: 'json' };
import eventRetailSale from '../../../../protocol/schemas/event-retail-sale.json' with { type: 'json' };
import eventReturn from '../../../../protocol/schemas/event-return.json' with { type: 'json' };
import eventSale from '../../../../protocol/schemas/event-sale.json' with { type: 'json' };
import eventShipment from '../../../../protocol/schemas/event-shipment.json' with { type: 'json' };
import eventSocialEvidence from '../../../../protocol/schemas/event-social-evidence.json' with { type: 'json' };
import eventStockCount from '../../../../protocol/schemas/event-stock-count.json' with { type: 'json' };
import eventUnpacking from '../../../../protocol/schemas/event-unpacking.json' with { type: 'json' };
import eventWorkDeclaration from '../../../../protocol/schemas/event-work-declaration.json' with { type: 'json' };
import facility from '../../../../protocol/schemas/facility.json' with { type: 'json' };
import membership from '../../../../protocol/schemas/membership.json' with { type: 'json' };
import order from '../../../../protocol/schemas/order.json' with { type: 'json' };
import party from '../../../../protocol/schemas/party.json' with { type: 'json' };
import passport from '../../../../protocol/schemas/passport.json' with { type: 'json' };
import product from '../../../../protocol/schemas/product.json' with { type: 'json' };
import statusList from '../../../../protocol/schemas/status-list.json' with { type: 'json' };
import subcontractOrder from '../../../../protocol/schemas/subcontract-order.json' with { type: 'json' };
import verificationStatement from '../../../../protocol/schemas/verification-statement.json' with { type: 'json' };
import type { JsonObject } from './strictJson.ts';

export const SCHEMAS: ReadonlyMap<string, JsonObject> = new Map(
  Object.entries({
    adoption,
    catalogue,
    'catalogue-record': catalogueRecord,
    certificate,
    common,
    credential,
    'criterion-agreement': criterionAgreement,
    'criterion-comment': criterionComment,
    'criterion-consultation': criterionConsultation,
    'criterion-proposal': criterionProposal,
    'criterion-publication': criterionPublication,
    'criterion-retirement': criterionRetirement,
    'event-chemical-declaration': eventChemicalDeclaration,
    'event-destruction': eventDestruction,
    'event-erasure': eventErasure,
    'event-footprint-statement': eventFootprintStatement,
    'event-garment-born': eventGarmentBorn,
    'event-lab-test': eventLabTest,
    'event-labelling': eventLabelling,
    'event-lot-declared': eventLotDeclared,
    'event-opening-stock': eventOpeningStock,
    'event-packing': eventPacking,
    'event-process': eventProcess,
    'event-receipt': eventReceipt,
    'event-recycling': eventRecycling,
    'event-repair': eventRepair,
    'event-resale': eventResale,
    'event-retail-sale': eventRetailSale,
    'event-return': eventReturn,
    'event-sale': eventSale,
    'event-shipment': eventShipment,
    'event-social-evidence': eventSocialEvidence,
    'event-stock-count': eventStockCount,
    'event-unpacking': eventUnpacking,
    'event-work-declaration': eventWorkDeclaration,
    facility,
    membership,
    order,
    party,
    passport,
    product,
    'status-list': statusList,
    'subcontract-order': subcontractOrder,
    'verification-statement': verificationStatement,
  } as unknown as Record<string, JsonObject>),
);
