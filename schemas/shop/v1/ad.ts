/** Advertisements that fit what the user looks at. */
export interface AdService {
  /** @idempotent */
  GetAds(req: AdRequest): Promise<AdResponse>;
}

export interface AdRequest {
  context_keys: string[];
}

export interface AdResponse {
  ads: Ad[];
}

export interface Ad {
  redirect_url: string;
  text: string;
}
